#include "cc/twcc/receiver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/random.h"
#include "rtc/rtcp/transport_feedback.h"

namespace confab::cc {
namespace {

struct Feedback {
  std::uint16_t base = 0;
  std::uint16_t count = 0;
  std::uint8_t number = 0;
  std::vector<std::pair<int, std::int64_t>> received;  // sequence number, milliseconds
};

struct Fixture {
  TwccReceiver receiver;
  Instant now{10s};

  void receive(std::int64_t seq) { receiver.on_packet(now, static_cast<std::uint16_t>(seq)); }

  std::optional<Feedback> poll() {
    std::vector<std::uint8_t> out(rtcp::TransportFeedbackBuilder::kBytesMax);
    const std::size_t size = receiver.poll(now, out, {1}, {2});
    if (size == 0) return std::nullopt;
    rtcp::CompoundReader reader(ByteView(out).first(size));
    const auto parsed = rtcp::parse_transport_feedback(reader.next().value());
    EXPECT_TRUE(parsed);
    if (!parsed) return std::nullopt;
    Feedback feedback{parsed->base_seq.value, parsed->status_count, parsed->feedback_count, {}};
    parsed->for_each_received([&](rtp::SeqNo seq, Duration arrival) {
      feedback.received.emplace_back(seq.value, to_ms(arrival));
    });
    return feedback;
  }
};

using Received = std::vector<std::pair<int, std::int64_t>>;

TEST(TwccReceiver, ReportsEachInterval) {
  Fixture f;
  EXPECT_EQ(f.receiver.next_timeout(), kNever);
  f.receive(100);
  f.now += 20ms;
  f.receive(102);
  EXPECT_FALSE(f.poll());
  EXPECT_EQ(f.receiver.next_timeout(), Instant(10s) + 100ms);
  f.now = f.receiver.next_timeout();
  const auto feedback = f.poll();
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base, 100);
  EXPECT_EQ(feedback->count, 3);
  EXPECT_EQ(feedback->received, (Received{{100, 10'000}, {102, 10'020}}));
  EXPECT_FALSE(f.poll());
  EXPECT_EQ(f.receiver.next_timeout(), kNever);
}

TEST(TwccReceiver, APacketNearTheEndOfTheIntervalEndsIt) {
  Fixture f;
  f.receive(1);
  f.now += 74ms;
  f.receive(2);
  EXPECT_EQ(f.receiver.next_timeout(), Instant(10s) + 100ms);
  f.now += 6ms;
  f.receive(3);
  f.receive(4);
  EXPECT_LE(f.receiver.next_timeout(), f.now - 1ms) << "due before this tick of the timers";
  EXPECT_EQ(f.poll()->received, (Received{{1, 10'000}, {2, 10'074}, {3, 10'080}, {4, 10'080}}));
  // A new one begins with the next.
  f.receive(5);
  EXPECT_EQ(f.receiver.next_timeout(), f.now + 100ms);
}

TEST(TwccReceiver, GoesOnWhereItStopped) {
  Fixture f;
  f.receive(65'534);
  f.now += 100ms;
  EXPECT_EQ(f.poll()->number, 0);
  f.receive(1);
  f.now += 100ms;
  const auto second = f.poll();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number, 1);
  EXPECT_EQ(second->base, 65'535) << "the lost ones in between are covered, over the wrap";
  EXPECT_EQ(second->count, 3);
}

TEST(TwccReceiver, ManyPacketsAreReportedSooner) {
  Fixture f;
  for (int seq = 0; seq < 299; ++seq) f.receive(seq);
  EXPECT_FALSE(f.poll());
  f.receive(299);
  EXPECT_EQ(f.receiver.next_timeout(), f.now);
  const auto feedback = f.poll();
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->received.size(), 300u);
}

TEST(TwccReceiver, ALatePacketIsReportedAgain) {
  Fixture f;
  f.receive(1);
  f.receive(3);
  f.now += 100ms;
  EXPECT_EQ(f.poll()->received.size(), 2u);
  f.receive(2);
  f.now += 100ms;
  const auto feedback = f.poll();
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base, 2);
  EXPECT_EQ(feedback->received, (Received{{2, 10'100}, {3, 10'000}}));
}

TEST(TwccReceiver, DuplicatesKeepTheFirstArrival) {
  Fixture f;
  f.receive(1);
  f.now += 50ms;
  f.receive(1);
  f.now += 50ms;
  EXPECT_EQ(f.poll()->received, (Received{{1, 10'000}}));
  f.receive(1);
  EXPECT_EQ(f.receiver.next_timeout(), kNever) << "reported already";
}

TEST(TwccReceiver, WhatIsFarTooLateIsDropped) {
  Fixture f;
  f.receive(0);
  f.receive(2000);
  f.receive(500);
  EXPECT_EQ(f.receiver.packets_late(), 1u);
}

TEST(TwccReceiver, WhatIsHalfAWindowLateIsReported) {
  Fixture f;
  f.receive(0);
  f.now += 3ms;
  f.receive(501);
  f.now += 30ms;
  f.receive(1);
  EXPECT_EQ(f.receiver.packets_late(), 1u) << "501 behind the end";
  f.receive(2);
  f.now += 100ms;
  EXPECT_EQ(f.poll()->received, (Received{{0, 10'000}, {2, 10'033}, {501, 10'003}}));
  EXPECT_EQ(f.receiver.packets_late(), 1u);
}

TEST(TwccReceiver, KnowsWhenThingsCameAroundTheWrapOfItsTicks) {
  // 2^32 ticks of 250 us are 1,073,741,824 ms.
  Fixture f;
  f.now = Instant(1'073'741'820ms);
  f.receive(1);
  f.now += 10ms;
  f.receive(2);
  f.now += 100ms;
  const auto received = f.poll()->received;
  ASSERT_EQ(received.size(), 2u);
  EXPECT_EQ(received[1].second - received[0].second, 10);
}

TEST(TwccReceiver, ALongGapIsSplitOrCut) {
  Fixture f;
  f.receive(0);
  f.receive(6000);
  f.now += 100ms;
  EXPECT_EQ(f.poll()->received, (Received{{0, 10'000}}));
  const auto second = f.poll();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->base, 6000);
  EXPECT_EQ(second->received, (Received{{6000, 10'000}}));
  EXPECT_FALSE(f.poll());
}

TEST(TwccReceiver, LongLossInFrontIsCut) {
  Fixture f;
  f.receive(0);
  f.now += 100ms;
  EXPECT_TRUE(f.poll());
  f.receive(7000);
  f.now += 100ms;
  const auto feedback = f.poll();
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base, 5000);
  EXPECT_EQ(feedback->received, (Received{{7000, 10'100}}));
}

TEST(TwccReceiver, AJumpBeyondTheWindowStartsAnew) {
  Fixture f;
  f.receive(0);
  f.receive(20'000);
  f.now += 100ms;
  const auto feedback = f.poll();
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base, 20'000);
  EXPECT_EQ(feedback->count, 1);
}

TEST(TwccReceiver, ASilenceTooLongForADeltaIsSplit) {
  Fixture f;
  f.receive(1);
  f.now += 20s;
  f.receive(2);
  EXPECT_EQ(f.poll()->received, (Received{{1, 10'000}}));
  EXPECT_EQ(f.poll()->received, (Received{{2, 30'000}}));
  EXPECT_FALSE(f.poll());
}

// Loss, duplicates and reordering over several wraps: every packet is reported as it came in, and
// what never came is never reported.
TEST(TwccReceiver, ReportsWhatArrived) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    Fixture f;
    std::vector<std::pair<Instant, std::int64_t>> arrivals;
    for (std::int64_t seq = 65'000; seq < 75'000; ++seq) {
      if (random.between(1, 10) == 1) continue;
      const Instant at = Instant(10s) + seq * 500us + random.between(0, 30) * 1ms;
      arrivals.emplace_back(at, seq);
      if (random.between(1, 50) == 1) arrivals.emplace_back(at + 3ms, seq);
    }
    std::ranges::sort(arrivals);
    std::map<int, std::int64_t> expected;
    std::map<int, std::int64_t> reported;
    const auto collect = [&] {
      while (const auto feedback = f.poll()) {
        for (const auto& [seq, at] : feedback->received) reported[seq] = at;
      }
    };
    for (const auto& [at, seq] : arrivals) {
      f.now = at;
      f.receive(seq);
      expected.emplace(static_cast<std::uint16_t>(seq), to_ms(at.time_since_epoch()));
      collect();
    }
    f.now += 1s;
    collect();
    EXPECT_EQ(reported, expected) << "seed " << seed;
    EXPECT_EQ(f.receiver.packets_late(), 0u);
  }
}

}  // namespace
}  // namespace confab::cc
