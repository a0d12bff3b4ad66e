#include "rtc/ice/path_choice.h"

#include <gtest/gtest.h>

namespace confab::ice {
namespace {

struct PathChoiceTest : testing::Test {
  PathChoiceTest() {
    for (const Path& path : {old_path, new_path, other}) paths.add(path).last_check = now;
  }
  static Path path_of(std::uint16_t port) {
    return {Protocol::kUdp, 0, {IpAddress::v4(0xC0000201), port}};
  }
  void want(const Path& path) { choice.want(now, *paths.find(path), paths); }
  void hear(const Path& path) { choice.on_authentic(now, *paths.find(path), paths); }
  // The peer is on the old path, and media come from there.
  void settle() {
    want(old_path);
    hear(old_path);
  }

  const Path old_path = path_of(1);
  const Path new_path = path_of(2);
  const Path other = path_of(3);
  Instant now{100s};
  PathTable paths;
  PathChoice choice;
};

TEST_F(PathChoiceTest, who_was_never_heard_is_sent_to_wherever_it_says) {
  want(old_path);
  EXPECT_EQ(choice.selected(), old_path);
  want(new_path);
  EXPECT_EQ(choice.selected(), new_path);
  EXPECT_FALSE(choice.home());
}

TEST_F(PathChoiceTest, a_peer_whose_address_changed_is_followed_with_its_first_check) {
  settle();
  now += 50ms;
  want(new_path);
  EXPECT_EQ(choice.selected(), new_path);
  now += 50ms;
  hear(new_path);
  EXPECT_EQ(choice.selected(), new_path);
  EXPECT_FALSE(choice.home()) << "settled";
}

TEST_F(PathChoiceTest, a_copied_check_gets_what_is_sent_until_the_peer_s_next_packet) {
  settle();
  want(new_path);
  now += 20ms;
  hear(old_path);
  EXPECT_EQ(choice.selected(), old_path);
  EXPECT_EQ(choice.wanted(), old_path);
}

TEST_F(PathChoiceTest, copied_checks_move_a_peer_that_is_heard_only_now_and_then) {
  settle();
  Duration away{};
  for (int i = 0; i < 3000; ++i) {
    now += 10ms;
    want(new_path);
    if (choice.selected() != old_path) away += 10ms;
    if (i % 2 == 0) hear(old_path);
  }
  // Thirty seconds, three at once and one in ten seconds.
  EXPECT_LE(away, 150ms);
  EXPECT_EQ(choice.selected(), old_path);
}

TEST_F(PathChoiceTest, a_quiet_receiver_is_not_lost_either_once_a_forgery_was_seen) {
  // Given one that only reports every five seconds, and nominates every two and a half.
  settle();
  Duration away{};
  for (int i = 1; i <= 6000; ++i) {
    now += 10ms;
    want(new_path);
    if (choice.selected() != old_path) away += 10ms;
    if (i % 250 == 0 && choice.home() == old_path) choice.on_check_at_home(now);
    if (i % 500 == 0) hear(old_path);
  }
  EXPECT_LE(away, 25s);
}

TEST_F(PathChoiceTest, media_from_another_path_and_none_from_this_one_show_where_the_peer_is) {
  settle();
  // Given that all trials were used up by somebody else, and the last was ended by the peer itself.
  for (int i = 0; i < 4; ++i) {
    want(new_path);
    hear(old_path);
  }
  want(new_path);
  ASSERT_EQ(choice.selected(), old_path);
  // When the peer moves, and its media come from there
  now += 10ms;
  hear(new_path);
  // Then it is followed at once, since its checks said so.
  EXPECT_EQ(choice.selected(), new_path);
  // Late packets of the old path change nothing, and what comes from elsewhere only when nothing
  // comes from here any more.
  hear(old_path);
  EXPECT_EQ(choice.selected(), new_path);
  now += 249ms;
  hear(other);
  EXPECT_EQ(choice.selected(), new_path);
  now += 1ms;
  hear(other);
  EXPECT_EQ(choice.selected(), other);
}

TEST_F(PathChoiceTest, late_packets_that_end_a_trial_do_not_keep_the_peer_away_for_long) {
  settle();
  want(new_path);
  now += 5ms;
  hear(old_path);  // sent before it moved
  ASSERT_EQ(choice.selected(), old_path);
  for (int i = 0; i < 25; ++i) {
    now += 10ms;
    hear(new_path);
  }
  EXPECT_EQ(choice.selected(), new_path);
}

TEST_F(PathChoiceTest, a_path_that_was_proven_long_ago_is_no_better_than_a_new_one) {
  settle();
  want(new_path);
  hear(new_path);
  for (int i = 0; i < 100; ++i) {
    now += 50ms;
    hear(new_path);
  }
  want(old_path);
  now += 50ms;
  hear(new_path);
  EXPECT_EQ(choice.selected(), new_path);
}

TEST_F(PathChoiceTest, when_the_path_on_trial_goes_the_one_before_it_is_taken_up_again) {
  settle();
  want(new_path);
  ASSERT_EQ(choice.home(), old_path);
  paths.remove(new_path);
  choice.forget_lost(paths);
  EXPECT_EQ(choice.selected(), old_path);
  EXPECT_TRUE(choice.is_consistent(paths));
  paths.remove(old_path);
  paths.remove(other);
  choice.forget_lost(paths);
  EXPECT_FALSE(choice.selected());
  EXPECT_TRUE(choice.is_consistent(paths));
}

}  // namespace
}  // namespace confab::ice
