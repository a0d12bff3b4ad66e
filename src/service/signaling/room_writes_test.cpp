#include "service/signaling/room_writes.h"

#include "gtest/gtest.h"

namespace confab::signaling {
namespace {

// A store that answers when it is told to, and remembers in which order it was asked.
class RoomWritesTest : public testing::Test {
 protected:
  void decide(const std::string& subject, const std::string& what,
              const std::string& code = "room") {
    writes_.add(code, subject, [this, what](RoomWrites::Answer answer) {
      asked_.push_back(what);
      answers_.push_back(std::move(answer));
    });
  }
  void answer(bool is_kept, ErrorCode error = ErrorCode::kUnavailable) {
    ASSERT_FALSE(answers_.empty());
    auto next = std::move(answers_.front());
    answers_.pop_front();
    next(is_kept ? Result<void>{} : fail(error, "away"));
  }
  void read(const std::string& code = "room") {
    writes_.when_kept(code,
                      [this](const Result<void>& kept) { read_.push_back(kept ? "new" : "old"); });
  }
  void pass_pause() { std::exchange(paused_, nullptr)(); }

  std::vector<std::string> asked_;
  std::vector<std::string> told_;
  std::vector<std::string> read_;
  std::deque<RoomWrites::Answer> answers_;
  std::function<void()> paused_;
  RoomWrites writes_{[this](const std::string& code, bool is_stalled) {
                       told_.push_back(code + (is_stalled ? " stalled" : " kept"));
                     },
                     [this](Duration, std::function<void()> task) { paused_ = std::move(task); }};
};

TEST_F(RoomWritesTest, what_the_store_takes_is_written_once_and_nobody_hears_of_it) {
  decide("settings", "a");
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"a"}));
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(writes_.waiting(), 0u);
}

TEST_F(RoomWritesTest, what_fails_is_repeated_after_a_pause_until_it_is_kept_and_the_host_is_told) {
  decide("settings", "lock");
  answer(false);
  EXPECT_EQ(told_, (std::vector<std::string>{"room stalled"}));
  pass_pause();
  answer(false);
  pass_pause();
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"lock", "lock", "lock"}));
  EXPECT_EQ(told_, (std::vector<std::string>{"room stalled", "room kept"})) << "once each";
  EXPECT_EQ(writes_.failed(), 2u);
  EXPECT_EQ(writes_.waiting(), 0u);
}

TEST_F(RoomWritesTest, later_decisions_wait_for_earlier_ones_and_the_newest_of_a_kind_counts) {
  decide("settings", "lock");
  answer(false);
  decide("person", "ban");
  decide("settings", "unlock");
  decide("ban", "lift");
  EXPECT_EQ(asked_.size(), 1u) << "not before the pause is over";
  pass_pause();
  while (!answers_.empty()) answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"lock", "ban", "unlock", "lift"}));
}

TEST_F(RoomWritesTest, the_one_on_its_way_is_not_taken_back) {
  decide("settings", "a");
  decide("settings", "b");
  answer(false);
  pass_pause();
  answer(true);
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"a", "a", "b"}));
}

TEST_F(RoomWritesTest, one_room_does_not_hold_up_another) {
  decide("settings", "a");
  answer(false);
  decide("settings", "b", "other");
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(told_, (std::vector<std::string>{"room stalled"}));
}

TEST_F(RoomWritesTest, who_reads_the_room_waits_for_what_was_decided_and_not_for_ever) {
  using Read = std::vector<std::string>;
  read();
  EXPECT_EQ(read_, Read{"new"}) << "at once where nothing waits";
  decide("settings", "a");
  read();
  EXPECT_EQ(read_.size(), 1u);
  answer(true);
  EXPECT_EQ(read_, (Read{"new", "new"}));
  decide("settings", "b");
  answer(false);
  read();
  EXPECT_EQ(asked_.back(), "b") << "tried at once";
  answer(false);
  EXPECT_EQ(read_, (Read{"new", "new", "old"})) << "and is told that it is not what holds";
}

// A ban in a room that was deleted meanwhile, say.
TEST_F(RoomWritesTest, what_the_store_refuses_is_counted_and_holds_up_nothing_behind_it) {
  decide("person", "ban");
  decide("settings", "lock");
  answer(false, ErrorCode::kConflict);
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"ban", "lock"}));
  EXPECT_TRUE(told_.empty());
  EXPECT_EQ(writes_.refused(), 1u);
  EXPECT_EQ(writes_.waiting(), 0u);
  EXPECT_FALSE(paused_);
}

TEST_F(RoomWritesTest, of_a_room_that_is_deleted_nothing_is_written_any_more) {
  decide("settings", "a");
  answer(false);
  decide("person", "b");
  writes_.drop("room");
  EXPECT_EQ(writes_.waiting(), 0u);
  pass_pause();
  EXPECT_EQ(asked_, (std::vector<std::string>{"a"}));
  decide("settings", "c");
  decide("person", "d");
  writes_.drop("room");
  read();
  answer(false, ErrorCode::kConflict);
  EXPECT_EQ(asked_, (std::vector<std::string>{"a", "c"})) << "what was on its way is the last";
  EXPECT_EQ(read_, (std::vector<std::string>{"new"}));
}

TEST_F(RoomWritesTest, what_finds_no_place_is_counted) {
  decide("settings", "a", "room 0");
  for (std::size_t i = 1; i <= kRoomWritesMax; ++i) {
    decide("p" + std::to_string(i), "b", "room " + std::to_string(i % 20));
  }
  EXPECT_EQ(writes_.waiting(), kRoomWritesMax);
  EXPECT_EQ(writes_.lost(), 1u);
  decide("p21", "c", "room 1");
  EXPECT_EQ(writes_.lost(), 1u) << "it takes the place of another";
}

TEST_F(RoomWritesTest, one_room_that_has_its_share_leaves_the_others_theirs) {
  for (std::size_t i = 0; i < kRoomWritesMax + 5; ++i) decide("p" + std::to_string(i), "b");
  EXPECT_EQ(writes_.waiting(), kRoomWritesOfOneMax);
  EXPECT_EQ(writes_.lost(), kRoomWritesMax + 5 - kRoomWritesOfOneMax);
  decide("settings", "a", "other");
  answer(true);
  answer(true);
  EXPECT_EQ(asked_, (std::vector<std::string>{"b", "a", "b"}));
  EXPECT_EQ(writes_.lost(), kRoomWritesMax + 5 - kRoomWritesOfOneMax);
}

}  // namespace
}  // namespace confab::signaling
