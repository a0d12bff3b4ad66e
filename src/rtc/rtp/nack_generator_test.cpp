#include "rtc/rtp/nack_generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "base/random.h"

namespace confab::rtp {
namespace {

struct Fixture {
  explicit Fixture(const NackConfig& config = {}) : nack(config) { nack.set_rtt(50ms); }

  NackGenerator nack;
  Instant now{1s};

  void receive(std::int64_t n, bool key_frame = false) {
    nack.on_packet(now, to_seq(n), key_frame);
  }
  std::vector<int> poll() {
    std::array<SeqNo, 64> out;
    std::vector<int> asked;
    for (std::size_t n = out.size(); n == out.size();) {
      n = nack.poll(now, out);
      for (std::size_t i = 0; i < n; ++i) asked.push_back(out[i].value);
    }
    return asked;
  }
  std::vector<int> poll_after(Duration wait) {
    now += wait;
    return poll();
  }
};

TEST(NackGenerator, AsksForAGapAfterTheReorderWait) {
  Fixture f;
  f.receive(10);
  f.receive(13);
  EXPECT_TRUE(f.poll().empty());
  EXPECT_EQ(f.nack.next_timeout(), f.now + 5ms);
  EXPECT_EQ(f.poll_after(5ms), (std::vector{11, 12}));
  EXPECT_TRUE(f.poll().empty()) << "not twice at once";
}

TEST(NackGenerator, ReorderingCostsNoRequest) {
  Fixture f;
  for (const int n : {10, 12, 11}) f.receive(n);
  EXPECT_EQ(f.nack.next_timeout(), kNever);
  EXPECT_TRUE(f.poll_after(1s).empty());
}

TEST(NackGenerator, WhatIsOlderThanTheFirstIsNotMissing) {
  Fixture f;
  f.receive(10);
  f.receive(7);
  f.receive(11);
  EXPECT_EQ(f.nack.missing(), 0u);
}

TEST(NackGenerator, AsksOverTheWrap) {
  Fixture f;
  f.receive(65'534);
  f.receive(65'538);
  EXPECT_EQ(f.poll_after(5ms), (std::vector{65'535, 0, 1}));
  f.receive(65'536);
  EXPECT_EQ(f.poll_after(55ms), (std::vector{65'535, 1}));
}

TEST(NackGenerator, AsksAgainOnceARoundTrip) {
  Fixture f;
  f.receive(1);
  f.receive(3);
  EXPECT_EQ(f.poll_after(5ms).size(), 1u);
  EXPECT_EQ(f.nack.next_timeout(), f.now + 55ms);
  EXPECT_TRUE(f.poll_after(54ms).empty());
  EXPECT_EQ(f.poll_after(1ms).size(), 1u);
}

TEST(NackGenerator, AShortRoundTripIsNoReasonToFlood) {
  Fixture f;
  f.nack.set_rtt(1ms);
  f.receive(1);
  f.receive(3);
  f.poll_after(5ms);
  EXPECT_EQ(f.nack.next_timeout(), f.now + 20ms);
}

TEST(NackGenerator, GivesUpAfterTenTriesAndWantsAKeyFrame) {
  Fixture f;
  f.nack.set_rtt(10ms);
  f.receive(1, true);
  f.receive(3);
  int asked = 0;
  while (f.nack.next_timeout() != kNever) {
    f.now = f.nack.next_timeout();
    asked += static_cast<int>(f.poll().size());
  }
  EXPECT_EQ(asked, 10);
  EXPECT_EQ(f.nack.given_up(), 1u);
  EXPECT_TRUE(f.nack.take_key_frame_request());
  EXPECT_FALSE(f.nack.take_key_frame_request()) << "only once";
}

TEST(NackGenerator, GivesUpWhatIsTooOld) {
  Fixture f;
  f.nack.set_rtt(400ms);
  f.receive(1);
  f.receive(3);
  const Instant lost_at = f.now;
  while (f.nack.next_timeout() != kNever) {
    f.now = f.nack.next_timeout();
    f.poll();
  }
  EXPECT_EQ(f.nack.given_up(), 1u);
  EXPECT_LT(f.now, lost_at + 1400ms + 10ms);
}

TEST(NackGenerator, WhatALaterKeyFrameMakesGoodNeedsNoOther) {
  Fixture f;
  f.nack.set_rtt(10ms);
  f.receive(1);
  f.receive(3);
  f.receive(4, true);
  while (f.nack.next_timeout() != kNever) {
    f.now = f.nack.next_timeout();
    f.poll();
  }
  EXPECT_EQ(f.nack.given_up(), 1u);
  EXPECT_FALSE(f.nack.take_key_frame_request());
}

TEST(NackGenerator, AnOutageAsksForAKeyFrameInsteadOfEverything) {
  Fixture f;
  f.receive(1);
  f.receive(3);
  f.receive(1000);
  EXPECT_EQ(f.nack.missing(), 0u);
  EXPECT_TRUE(f.nack.take_key_frame_request());
  EXPECT_TRUE(f.poll_after(1s).empty());
}

TEST(NackGenerator, AFullListDropsWhatStandsBeforeTheKeyFrameFirst) {
  // Given 300 missing before a key frame, and then a gap of 300 behind it.
  Fixture f;
  f.receive(0);
  f.receive(301, true);
  f.receive(602);
  // Then the first are given up without another key frame, the second are asked for.
  EXPECT_EQ(f.nack.missing(), 300u);
  EXPECT_EQ(f.nack.given_up(), 300u);
  EXPECT_FALSE(f.nack.take_key_frame_request());
  EXPECT_EQ(f.poll_after(5ms).front(), 302);
}

TEST(NackGenerator, AGapInFrontOfAKeyFrameIsMadeGoodByIt) {
  Fixture f;
  f.receive(1);
  f.receive(2000, true);
  EXPECT_FALSE(f.nack.take_key_frame_request());
}

TEST(NackGenerator, AudioWantsNoKeyFrame) {
  Fixture f(NackConfig{.has_key_frames = false});
  f.receive(1);
  f.receive(2000);
  EXPECT_FALSE(f.nack.take_key_frame_request());
}

TEST(NackGenerator, ASmallBufferIsFilledOldestFirst) {
  Fixture f;
  f.receive(0);
  f.receive(6);
  f.now += 5ms;
  std::array<SeqNo, 2> out;
  EXPECT_EQ(f.nack.poll(f.now, out), 2u);
  EXPECT_EQ(out[0], SeqNo{1});
  EXPECT_EQ(f.nack.next_timeout(), f.now) << "the rest is still due";
  EXPECT_EQ(f.nack.poll(f.now, out), 2u);
  EXPECT_EQ(out[0], SeqNo{3});
  EXPECT_EQ(f.nack.poll(f.now, out), 1u);
}

TEST(NackGenerator, ResetForgets) {
  Fixture f;
  f.receive(1);
  f.receive(5);
  f.nack.reset();
  f.receive(40'000);
  EXPECT_EQ(f.nack.missing(), 0u);
  EXPECT_EQ(f.nack.next_timeout(), kNever);
}

// 20,000 packets over three wraps, 10 % lost, retransmissions lost as often: every packet arrives
// in the end, and none is asked for that was there.
TEST(NackGenerator, RepairsALossyStream) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    SeededRandom random(seed);
    Fixture f;
    std::set<std::int64_t> lost;
    std::multimap<Instant, std::int64_t> in_flight;
    const auto deliver = [&] {
      while (!in_flight.empty() && in_flight.begin()->first <= f.now) {
        lost.erase(in_flight.begin()->second);
        f.receive(in_flight.begin()->second);
        in_flight.erase(in_flight.begin());
      }
      for (const int asked : f.poll()) {
        const auto it =
            std::ranges::find_if(lost, [&](std::int64_t n) { return to_seq(n).value == asked; });
        ASSERT_NE(it, lost.end()) << asked << " was never lost, seed " << seed;
        if (random.between(1, 10) > 1) in_flight.emplace(f.now + 50ms, *it);
      }
    };
    for (std::int64_t n = 65'000; n < 85'000; ++n) {
      f.now += 1ms;
      if (n > 65'000 && random.between(1, 10) == 1) {
        lost.insert(n);
      } else {
        f.receive(n);
      }
      deliver();
    }
    f.receive(85'000);
    for (int i = 0; i < 1000; ++i) {
      f.now += 1ms;
      deliver();
    }
    EXPECT_TRUE(lost.empty()) << lost.size() << " not repaired, seed " << seed;
    EXPECT_EQ(f.nack.given_up(), 0u);
  }
}

}  // namespace
}  // namespace confab::rtp
