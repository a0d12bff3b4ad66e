#include "rtc/rtcp/compound_writer.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace confab::rtcp {
namespace {

using Bytes = std::vector<std::uint8_t>;

ReportBlock random_block(Random& random) {
  return {.ssrc = {random.u32()},
          .fraction_lost = static_cast<std::uint8_t>(random.u32()),
          .cumulative_lost = static_cast<std::int32_t>(random.between(0, 0xFFFFFF)) - 0x800000,
          .extended_highest_seq = random.u32(),
          .jitter = random.u32(),
          .last_sr = random.u32(),
          .delay_since_last_sr = random.u32()};
}

TEST(CompoundWriter, WhatIsWrittenIsRead) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    std::vector<ReportBlock> blocks;
    for (std::uint32_t i = random.between(0, 31); i > 0; --i)
      blocks.push_back(random_block(random));
    const SenderInfo info{{random.u64()}, {random.u32()}, random.u32(), random.u32()};
    const Ssrc sender{random.u32()};
    const Ssrc media{random.u32()};
    const std::string cname = random.alphanumeric(random.between(0, 255));
    const auto sequence = static_cast<std::uint8_t>(random.u32());

    Bytes buffer(4000);
    CompoundWriter writer(buffer);
    ASSERT_TRUE(writer.sender_report(sender, info, blocks));
    ASSERT_TRUE(writer.receiver_report(sender, blocks));
    ASSERT_TRUE(writer.source_description(sender, cname));
    ASSERT_TRUE(writer.pli(sender, media));
    ASSERT_TRUE(writer.fir(sender, media, sequence));
    ASSERT_TRUE(writer.bye(std::vector{sender, media}));

    CompoundReader reader(writer.written());
    const auto sr = parse_sender_report(reader.next().value());
    ASSERT_TRUE(sr);
    EXPECT_EQ(sr->sender, sender);
    EXPECT_EQ(sr->info, info);
    const auto rr = parse_receiver_report(reader.next().value());
    ASSERT_TRUE(rr);
    ASSERT_EQ(sr->blocks.size(), blocks.size());
    ASSERT_EQ(rr->blocks.size(), blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_EQ(sr->blocks[i], blocks[i]);
      EXPECT_EQ(rr->blocks[i], blocks[i]);
    }
    const auto name = parse_cname(reader.next().value());
    ASSERT_TRUE(name);
    EXPECT_EQ(name->name, cname);
    EXPECT_EQ(parse_pli(reader.next().value())->media, media);
    const auto fir = parse_fir(reader.next().value());
    ASSERT_TRUE(fir);
    ASSERT_EQ(fir->size(), 1u);
    EXPECT_EQ((*fir)[0].ssrc, media);
    EXPECT_EQ((*fir)[0].sequence, sequence);
    const auto bye = parse_bye(reader.next().value());
    ASSERT_TRUE(bye);
    ASSERT_EQ(bye->size(), 2u);
    EXPECT_EQ((*bye)[1], media);
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.is_malformed());
  }
}

TEST(CompoundWriter, WhatDoesNotFitLeavesTheRestGood) {
  Bytes buffer(8 + 12 - 1);
  CompoundWriter writer(buffer);
  EXPECT_TRUE(writer.receiver_report({1}, {}));
  EXPECT_FALSE(writer.pli({1}, {2}));
  EXPECT_FALSE(writer.append(Bytes(12)));
  EXPECT_EQ(writer.nack({1}, {2}, std::vector{SeqNo{5}}), 0u);
  EXPECT_EQ(writer.size(), 8u);
}

TEST(CompoundWriter, RefusesMoreThanTheFormatHolds) {
  Bytes buffer(20'000);
  CompoundWriter writer(buffer);
  EXPECT_FALSE(writer.receiver_report({1}, std::vector<ReportBlock>(32)));
  EXPECT_FALSE(writer.source_description({1}, std::string(256, 'x')));
  EXPECT_FALSE(writer.bye({}));
  EXPECT_FALSE(writer.remb({1}, 1, std::vector<Ssrc>(256)));
  EXPECT_TRUE(writer.empty());
}

std::vector<int> numbers_of(const Nack& nack) {
  std::vector<int> numbers;
  nack.for_each([&](SeqNo seq) { numbers.push_back(seq.value); });
  return numbers;
}

TEST(CompoundWriter, NackPacksSeventeenIntoAnEntry) {
  std::vector<SeqNo> missing;
  for (int i = 0; i < 17; ++i) missing.push_back(SeqNo{65'530} + i);
  Bytes buffer(100);
  CompoundWriter writer(buffer);
  EXPECT_EQ(writer.nack({1}, {2}, missing), 17u);
  EXPECT_EQ(writer.size(), 16u);
  EXPECT_EQ(load_be16(&buffer[12]), 65'530);
  EXPECT_EQ(load_be16(&buffer[14]), 0xFFFF);
}

TEST(CompoundWriter, NackOfAnySetIsReadAsThatSet) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SeededRandom random(seed);
    std::vector<SeqNo> missing;
    std::vector<int> expected;
    SeqNo seq{static_cast<std::uint16_t>(random.u32())};
    for (std::uint32_t i = random.between(1, 100); i > 0; --i) {
      missing.push_back(seq);
      expected.push_back(seq.value);
      seq = seq + random.between(1, random.between(0, 3) == 0 ? 60 : 3);
    }
    // Into small buffers, as many as it takes.
    std::vector<int> read;
    std::span<const SeqNo> rest = missing;
    while (!rest.empty()) {
      Bytes buffer(random.between(16, 64));
      CompoundWriter writer(buffer);
      const std::size_t taken = writer.nack({1}, {2}, rest);
      ASSERT_GT(taken, 0u);
      rest = rest.subspan(taken);
      CompoundReader reader(writer.written());
      const auto nack = parse_nack(reader.next().value());
      ASSERT_TRUE(nack);
      const auto numbers = numbers_of(*nack);
      read.insert(read.end(), numbers.begin(), numbers.end());
    }
    EXPECT_EQ(read, expected) << "seed " << seed;
  }
}

TEST(CompoundWriter, RembKeeps18Bits) {
  for (const std::uint64_t bitrate :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{262'143}, std::uint64_t{262'144},
        std::uint64_t{2'500'000}, std::uint64_t{10'000'000'001}, UINT64_MAX}) {
    Bytes buffer(100);
    CompoundWriter writer(buffer);
    ASSERT_TRUE(writer.remb({1}, bitrate, std::vector{Ssrc{7}, Ssrc{8}}));
    CompoundReader reader(writer.written());
    const auto remb = parse_remb(reader.next().value());
    ASSERT_TRUE(remb);
    EXPECT_LE(remb->bitrate_bps, bitrate);
    EXPECT_GE(remb->bitrate_bps, bitrate - (bitrate >> 17));
    ASSERT_EQ(remb->ssrcs.size(), 2u);
    EXPECT_EQ(remb->ssrcs[1], Ssrc{8});
  }
}

TEST(CompoundWriter, ExtendedReport) {
  Bytes buffer(100);
  CompoundWriter writer(buffer);
  ASSERT_TRUE(writer.extended_report({1}, NtpTime{77}, std::vector{DlrrItem{{2}, 3, 4}}));
  CompoundReader reader(writer.written());
  const auto report = parse_extended_report(reader.next().value());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reference_time, NtpTime{77});
  ASSERT_EQ(report->dlrr_size(), 1u);
  EXPECT_EQ(report->dlrr_item(0).ssrc, Ssrc{2});
  EXPECT_EQ(report->dlrr_item(0).last_rr, 3u);
  EXPECT_EQ(report->dlrr_item(0).delay_since_last_rr, 4u);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_malformed());
}

TEST(CompoundWriter, AppendsAPacket) {
  Bytes buffer(100);
  CompoundWriter writer(buffer);
  ASSERT_TRUE(writer.pli({1}, {2}));
  ASSERT_TRUE(writer.append(Bytes(writer.written().begin(), writer.written().end())));
  CompoundReader reader(writer.written());
  EXPECT_TRUE(parse_pli(reader.next().value()));
  EXPECT_TRUE(parse_pli(reader.next().value()));
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace confab::rtcp
