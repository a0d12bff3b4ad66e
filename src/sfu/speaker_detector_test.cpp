#include "sfu/speaker_detector.h"

#include <gtest/gtest.h>

namespace confab::sfu {
namespace {

constexpr Instant kT0 = Instant{} + 1s;

struct SpeakerDetectorTest : testing::Test {
  // 20 ms packets of the same loudness for one interval.
  void hear(Instant from, const ProducerId& who, std::int8_t level) {
    for (Instant t = from; t < from + 240ms; t += 20ms) detector.on_level(t, who, level);
  }

  SeededRandom random{1};
  ProducerId anna = ProducerId::random(random);
  ProducerId ben = ProducerId::random(random);
  SpeakerDetector detector{250ms};
  control::ActiveSpeakers out;
};

TEST_F(SpeakerDetectorTest, tells_who_speaks_the_loudest_first) {
  hear(kT0, anna, -40);
  hear(kT0, ben, -25);
  EXPECT_EQ(detector.next_timeout(), kT0 + 250ms);
  ASSERT_TRUE(detector.poll(kT0 + 250ms, out));
  ASSERT_EQ(out.speakers.size(), 2u);
  EXPECT_EQ(out.speakers[0].producer, ben);
  EXPECT_EQ(out.speakers[0].level_dbov, -25);
  EXPECT_EQ(out.speakers[1].producer, anna);
}

TEST_F(SpeakerDetectorTest, says_nothing_before_its_time_or_of_silence) {
  hear(kT0, anna, -90);
  EXPECT_FALSE(detector.poll(kT0 + 249ms, out));
  EXPECT_FALSE(detector.poll(kT0 + 250ms, out));
}

TEST_F(SpeakerDetectorTest, tells_once_that_all_fell_silent) {
  hear(kT0, anna, -30);
  ASSERT_TRUE(detector.poll(kT0 + 250ms, out));
  EXPECT_EQ(detector.next_timeout(), kT0 + 500ms);  // even if not one packet more comes
  ASSERT_TRUE(detector.poll(kT0 + 500ms, out));
  EXPECT_TRUE(out.speakers.empty());
  EXPECT_FALSE(detector.poll(kT0 + 750ms, out));
}

TEST_F(SpeakerDetectorTest, tells_again_only_what_is_new) {
  auto next = [&, at = kT0](std::int8_t annas_level, std::int8_t bens_level) mutable {
    hear(at, anna, annas_level);
    hear(at, ben, bens_level);
    return detector.poll(at += 250ms, out);
  };
  EXPECT_TRUE(next(-30, -90));
  EXPECT_FALSE(next(-30, -90));
  EXPECT_FALSE(next(-35, -90)) << "a little";
  EXPECT_TRUE(next(-36, -90)) << "6 dB less than was told";
  EXPECT_EQ(out.speakers[0].level_dbov, -36);
  EXPECT_TRUE(next(-36, -40)) << "somebody joins in";
  EXPECT_FALSE(next(-36, -40));
  EXPECT_TRUE(next(-41, -40)) << "somebody else is the loudest";
  EXPECT_EQ(out.speakers[0].producer, ben);
  EXPECT_TRUE(next(-90, -40));
  EXPECT_TRUE(next(-90, -90));
  EXPECT_TRUE(out.speakers.empty());
}

TEST_F(SpeakerDetectorTest, a_click_in_one_packet_is_nobody_speaking) {
  detector.on_level(kT0, anna, -5);
  EXPECT_FALSE(detector.poll(kT0 + 250ms, out));
}

TEST_F(SpeakerDetectorTest, forgets_who_left) {
  hear(kT0, anna, -30);
  hear(kT0, ben, -90);
  detector.remove(anna);
  EXPECT_FALSE(detector.poll(kT0 + 250ms, out));
  EXPECT_EQ(detector.size(), 1u);
}

TEST_F(SpeakerDetectorTest, forgets_who_is_not_heard_any_more) {
  hear(kT0, anna, -30);
  hear(kT0, ben, -30);
  ASSERT_TRUE(detector.poll(kT0 + 250ms, out));
  hear(kT0 + 250ms, ben, -30);
  ASSERT_TRUE(detector.poll(kT0 + 500ms, out));
  EXPECT_EQ(detector.size(), 1u);
}

}  // namespace
}  // namespace confab::sfu
