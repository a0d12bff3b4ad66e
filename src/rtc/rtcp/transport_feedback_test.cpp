#include "rtc/rtcp/transport_feedback.h"

#include <gtest/gtest.h>

#include <list>
#include <vector>

#include "base/random.h"

namespace confab::rtcp {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Arrivals = std::vector<std::pair<int, std::int64_t>>;  // sequence number, microseconds

// Views stay valid: the bytes are kept to the end.
std::optional<TransportFeedback> parse(Bytes bytes) {
  static std::list<Bytes> kept;
  CompoundReader reader(kept.emplace_back(std::move(bytes)));
  const auto packet = reader.next();
  return packet ? parse_transport_feedback(*packet) : std::nullopt;
}

Arrivals arrivals_of(const TransportFeedback& feedback) {
  Arrivals arrivals;
  feedback.for_each_received(
      [&](SeqNo seq, Duration arrival) { arrivals.emplace_back(seq.value, to_us(arrival)); });
  return arrivals;
}

// A feedback packet around hand-made chunks and deltas.
Bytes feedback_packet(std::uint16_t base, std::uint16_t count, const Bytes& chunks_and_deltas) {
  Bytes bytes{0x8F, 205, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 3};
  store_be16(&bytes[12], base);
  store_be16(&bytes[14], count);
  bytes.insert(bytes.end(), chunks_and_deltas.begin(), chunks_and_deltas.end());
  while (bytes.size() % 4 != 0) bytes.push_back(0);
  store_be16(&bytes[2], static_cast<std::uint16_t>(bytes.size() / 4 - 1));
  return bytes;
}

TEST(TransportFeedback, RunLengthChunks) {
  // Given 2 small deltas, 300 lost, 1 large negative delta; reference time 640 ms.
  const auto bytes = feedback_packet(65'535, 303, {0x20, 2, 0x01, 0x2C, 0x40, 1, 4, 8, 0xFF, 0xFC});
  const auto feedback = parse(bytes);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->sender, Ssrc{1});
  EXPECT_EQ(feedback->media, Ssrc{2});
  EXPECT_EQ(feedback->feedback_count, 3);
  EXPECT_EQ(feedback->received_count, 3);
  EXPECT_EQ(arrivals_of(*feedback), (Arrivals{{65'535, 641'000}, {0, 643'000}, {301, 642'000}}));
}

TEST(TransportFeedback, OneBitVector) {
  // 1 0 1 and eleven zeros of which only two count.
  const auto feedback = parse(feedback_packet(10, 5, {0xA8, 0x00, 1, 2}));
  ASSERT_TRUE(feedback);
  EXPECT_EQ(arrivals_of(*feedback), (Arrivals{{10, 640'250}, {12, 640'750}}));
}

TEST(TransportFeedback, TwoBitVector) {
  // small, lost, large, lost, lost, lost, small
  const auto feedback = parse(feedback_packet(10, 7, {0xD2, 0x01, 1, 0x01, 0x00, 2}));
  ASSERT_TRUE(feedback);
  EXPECT_EQ(arrivals_of(*feedback), (Arrivals{{10, 640'250}, {12, 704'250}, {16, 704'750}}));
}

TEST(TransportFeedback, PaddedAsBrowsersDo) {
  Bytes bytes = feedback_packet(10, 1, {0x20, 1, 4, 1});
  bytes[0] |= 0x20;  // one byte of padding
  const auto feedback = parse(bytes);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(arrivals_of(*feedback), (Arrivals{{10, 641'000}}));
}

TEST(TransportFeedback, BrokenOnesAreRefused) {
  EXPECT_FALSE(parse(feedback_packet(1, 0, {0x20, 1, 4, 0}))) << "covers nothing";
  EXPECT_FALSE(parse(feedback_packet(1, 2, {}))) << "no chunks";
  EXPECT_FALSE(parse(feedback_packet(1, 9, {0x20, 1}))) << "too few chunks";
  EXPECT_FALSE(parse(feedback_packet(1, 9, {0x20, 9}))) << "too few deltas";
  EXPECT_FALSE(parse(feedback_packet(1, 1, {0x60, 1, 0, 0}))) << "a reserved symbol";
  EXPECT_FALSE(parse(feedback_packet(1, 1, {0x20, 0, 0x20, 1, 1}))) << "an empty run";
  EXPECT_FALSE(parse(Bytes{0x8F, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}));
}

Bytes build(const TransportFeedbackBuilder& builder) {
  Bytes out(TransportFeedbackBuilder::kBytesMax);
  out.resize(builder.build(out, {1}, {2}, 9));
  return out;
}

TEST(TransportFeedbackBuilder, NegativeDeltas) {
  TransportFeedbackBuilder builder({5}, Instant(700ms));
  ASSERT_TRUE(builder.add_received({5}, Instant(700ms)));
  ASSERT_TRUE(builder.add_received({6}, Instant(690ms)));
  const auto feedback = parse(build(builder));
  ASSERT_TRUE(feedback);
  EXPECT_EQ(arrivals_of(*feedback), (Arrivals{{5, 700'000}, {6, 690'000}}));
}

TEST(TransportFeedbackBuilder, ReferenceTimeWrapsWith24Bits) {
  // The reference's 24 bits wrap at 2^24 * 64 ms: the differences are right all the same.
  const Instant late = Instant(0ms) + ((1LL << 24) + 5) * 64ms;
  TransportFeedbackBuilder builder({1}, late);
  ASSERT_TRUE(builder.add_received({1}, late + 1ms));
  EXPECT_EQ(arrivals_of(*parse(build(builder))), (Arrivals{{1, 5 * 64'000 + 1000}}));
}

TEST(TransportFeedbackBuilder, WhatDoesNotFitIsRefused) {
  TransportFeedbackBuilder builder({0}, Instant(1s));
  ASSERT_TRUE(builder.add_received({0}, Instant(1s)));
  EXPECT_FALSE(builder.add_received({1}, Instant(20s))) << "a delta of 19 s";
  EXPECT_FALSE(builder.add_received({5000}, Instant(1s))) << "too many statuses";
  EXPECT_TRUE(builder.add_received({1}, Instant(1s)));
  EXPECT_EQ(builder.status_count(), 2u);
  Bytes small(20);
  EXPECT_EQ(builder.build(small, {1}, {2}, 0), 0u);
}

TEST(TransportFeedbackBuilder, NothingIsBuiltOfNothing) {
  const TransportFeedbackBuilder builder({0}, Instant(1s));
  EXPECT_TRUE(build(builder).empty());
}

TEST(TransportFeedbackBuilder, AFullOneIsCompact) {
  TransportFeedbackBuilder builder({0}, Instant(1s));
  for (std::uint16_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(builder.add_received({i}, Instant(1s) + i * 250us));
  }
  EXPECT_FALSE(builder.add_received({400}, Instant(2s)));
  EXPECT_EQ(build(builder).size(), 424u) << "20 bytes, one run, 400 deltas, padding";
}

// Any pattern of loss, jitter and reordering is read as it was written, never over the bound.
TEST(TransportFeedbackBuilder, WhatIsBuiltIsRead) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SeededRandom random(seed);
    const SeqNo base{static_cast<std::uint16_t>(random.u32())};
    const std::uint32_t gap_max = random.between(0, 2) == 0 ? 1 : random.between(1, 40);
    const std::uint32_t jitter_us = random.between(0, 2) == 0 ? 200'000 : 5000;
    std::int64_t ticks = random.between(4000, 4'000'000);
    TransportFeedbackBuilder builder(base, Instant(ticks * 250us));
    Arrivals expected;
    SeqNo seq = base + random.between(0, 30);
    while (builder.add_received(seq, Instant(ticks * 250us))) {
      expected.emplace_back(seq.value, ticks * 250);
      if (random.between(1, 300) == 1) break;
      seq = seq + random.between(1, gap_max);
      ticks += static_cast<std::int64_t>(random.between(0, jitter_us / 250)) - jitter_us / 1000;
    }
    ASSERT_FALSE(expected.empty());
    const Bytes bytes = build(builder);
    ASSERT_FALSE(bytes.empty()) << "seed " << seed;
    ASSERT_EQ(bytes.size() % 4, 0u);
    const auto feedback = parse(bytes);
    ASSERT_TRUE(feedback) << "seed " << seed;
    EXPECT_EQ(feedback->base_seq, base);
    EXPECT_EQ(feedback->status_count, builder.status_count());
    EXPECT_EQ(arrivals_of(*feedback), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace confab::rtcp
