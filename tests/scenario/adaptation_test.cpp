// Behind a link that does not carry everything, and whose rate changes.
#include "sim/adaptation.h"

#include "scenario.h"

namespace confab::sim {
namespace {

LinkProfile link_of(std::uint64_t rate_bps) {
  LinkProfile link;
  link.rate_bps = rate_bps;
  link.delay = 20ms;
  return link;
}

TEST(Adaptation, a_receiver_behind_half_a_megabit_sees_and_hears_without_a_break) {
  const Seen before = watch(link_of(500'000), {.seed = 5, .adapts = false});
  const Seen seen = watch(link_of(500'000), {.seed = 5});
  EXPECT_LT(before.frames_per_second, 10) << "where nothing measures the link";
  EXPECT_GT(seen.frames_per_second, 25);
  EXPECT_LE(seen.freezes, 1);
  EXPECT_LT(seen.audio_lost, 0.01);
}

TEST(Adaptation, a_link_with_room_gets_the_highest_layer) {
  const Seen seen = watch(link_of(5'000'000), {.seed = 6});
  EXPECT_GT(seen.frames_per_second, 29);
  EXPECT_EQ(seen.freezes, 0);
  EXPECT_GT(seen.layer, 1.99);
}

TEST(Adaptation, a_fall_to_a_quarter_is_followed_within_a_second) {
  const Steps steps = watch_steps(link_of(3'000'000), {.seed = 7});
  EXPECT_LT(steps.fallen.longest_gap_s, 1);
  EXPECT_GT(steps.fallen.frames_per_second, 15);
}

// Each gate of docs/bwe.md.
TEST(Adaptation, gates) {
  for (const Gate& gate : run_adaptation_gates()) {
    EXPECT_TRUE(gate.is_ok()) << gate.name << ": " << gate.value << ", not " << gate.low << " to "
                              << gate.high;
  }
}

}  // namespace
}  // namespace confab::sim
