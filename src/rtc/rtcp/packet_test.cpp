#include "rtc/rtcp/packet.h"

#include <gtest/gtest.h>

#include <list>
#include <vector>

namespace confab::rtcp {
namespace {

using Bytes = std::vector<std::uint8_t>;

// The one packet in `bytes`. Views stay valid: the bytes are kept to the end.
PacketView only(Bytes bytes) {
  static std::list<Bytes> kept;
  CompoundReader reader(kept.emplace_back(std::move(bytes)));
  const auto packet = reader.next();
  EXPECT_TRUE(packet);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_malformed());
  return packet.value_or(PacketView{});
}

TEST(CompoundReader, WalksACompound) {
  const Bytes bytes{0x80, 201, 0, 1, 0, 0, 0, 9,               // RR without blocks
                    0x81, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 5};  // PLI
  CompoundReader reader(bytes);
  EXPECT_EQ(parse_receiver_report(reader.next().value())->sender, Ssrc{9});
  EXPECT_EQ(parse_pli(reader.next().value())->media, Ssrc{5});
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.is_malformed());
}

TEST(CompoundReader, StopsAtAFault) {
  const Bytes good{0x80, 201, 0, 1, 0, 0, 0, 9};
  for (const Bytes& bad :
       {Bytes{0x80, 201, 0}, Bytes{0x40, 201, 0, 0}, Bytes{0x80, 201, 0, 1},
        Bytes{0xA0, 201, 0, 1, 0, 0, 0, 0}, Bytes{0xA0, 201, 0, 1, 0, 0, 0, 5}}) {
    Bytes both = good;
    both.insert(both.end(), bad.begin(), bad.end());
    CompoundReader reader(both);
    EXPECT_TRUE(reader.next());
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.is_malformed());
    EXPECT_FALSE(reader.next()) << "it stays there";
  }
}

TEST(CompoundReader, TakesPaddingOff) {
  const auto packet = only({0xA0, 201, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4});
  EXPECT_EQ(packet.body.size(), 4u);
}

TEST(SenderReport, Fields) {
  const auto packet = only(
      {0x81, 200, 0, 12, 0, 0, 0, 1, 0xE0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 1, 0,
       // one block: SSRC 2, 25 % lost, -1 in all
       0, 0, 0, 2, 0x40, 0xFF, 0xFF, 0xFF, 0, 1, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8});
  const auto report = parse_sender_report(packet);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->sender, Ssrc{1});
  EXPECT_EQ(report->info, (SenderInfo{NtpTime{0xE0010203'04050607}, {8}, 9, 256}));
  ASSERT_EQ(report->blocks.size(), 1u);
  EXPECT_EQ(report->blocks[0], (ReportBlock{{2}, 0x40, -1, 0x10005, 6, 7, 8}));
  EXPECT_FALSE(parse_receiver_report(packet));
}

TEST(SenderReport, CountThatDoesNotFitIsRefused) {
  Bytes bytes{0x82, 200, 0, 6};
  bytes.resize(28);
  EXPECT_FALSE(parse_sender_report(only(bytes)));
  bytes[0] = 0x80;
  EXPECT_TRUE(parse_sender_report(only(bytes)));
}

TEST(SourceDescription, CnameBehindAnotherItem) {
  const auto packet =
      only({0x81, 202, 0, 4, 0, 0, 0, 7, 2, 1, 'N', 1, 3, 'a', 'b', 'c', 0, 0, 0, 0});
  const auto cname = parse_cname(packet);
  ASSERT_TRUE(cname);
  EXPECT_EQ(cname->ssrc, Ssrc{7});
  EXPECT_EQ(cname->name, "abc");
}

TEST(SourceDescription, TextOverTheEndIsRefused) {
  EXPECT_FALSE(parse_cname(only({0x81, 202, 0, 2, 0, 0, 0, 7, 1, 9, 'a', 'b'})));
  EXPECT_FALSE(parse_cname(only({0x81, 202, 0, 1, 0, 0, 0, 7})));
}

TEST(Feedback, ShortBodiesAreRefused) {
  EXPECT_FALSE(parse_pli(only({0x81, 206, 0, 1, 0, 0, 0, 9})));
  EXPECT_FALSE(parse_nack(only({0x81, 205, 0, 1, 0, 0, 0, 9})));
  EXPECT_FALSE(parse_remb(only({0x8F, 206, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0})));
}

TEST(Feedback, NackNumbersOverTheWrap) {
  const auto nack =
      parse_nack(only({0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE, 0x80, 0x05}));
  ASSERT_TRUE(nack);
  std::vector<int> numbers;
  nack->for_each([&](SeqNo seq) { numbers.push_back(seq.value); });
  EXPECT_EQ(numbers, (std::vector{65'534, 65'535, 1, 14}));
}

TEST(Feedback, RembExponents) {
  const auto remb_of = [](std::uint8_t a, std::uint8_t b, std::uint8_t c) {
    return parse_remb(only(
        {0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, a, b, c, 0, 0, 0, 9}));
  };
  EXPECT_EQ(remb_of(0x00, 0x00, 0x07)->bitrate_bps, 7u);
  EXPECT_EQ(remb_of(0x0F, 0xFF, 0xFF)->bitrate_bps, 262'143u << 3);
  EXPECT_EQ(remb_of(0x0F, 0xFF, 0xFF)->ssrcs[0], Ssrc{9});
  EXPECT_FALSE(remb_of(0xFF, 0xFF, 0xFF)) << "2^63 and more is no bitrate";
}

TEST(ExtendedReport, UnknownBlocksAreSkipped) {
  const auto report = parse_extended_report(only(
      {0x80, 207, 0, 6, 0, 0, 0, 1, 99, 0, 0, 1, 1, 2, 3, 4, 4, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->reference_time, NtpTime{0x1'0000'0002});
  EXPECT_EQ(report->dlrr_size(), 0u);
}

TEST(RoundTrip, FromAReport) {
  // Given a report on the SR of 10 s, held back 0.5 s, that arrives at 10.75 s.
  const NtpTime now{(10ULL << 32) | 0xC000'0000};
  EXPECT_EQ(round_trip(now, 10U << 16, 0x8000), Duration(250ms));
  EXPECT_FALSE(round_trip(now, 0, 0)) << "no report of ours yet";
  EXPECT_FALSE(round_trip(now, 11U << 16, 0)) << "from the future";
}

}  // namespace
}  // namespace confab::rtcp
