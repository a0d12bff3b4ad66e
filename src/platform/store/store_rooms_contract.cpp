// What every Store promises of rooms as lists, and as programs change them.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "platform/store/store_contract.h"

namespace confab::store {
namespace {

std::vector<std::string> codes(StoreUser& user, const std::string& after, std::size_t count) {
  const auto rooms = user.wait<std::vector<RoomRecord>>(
      [&](auto answer) { user.store().archive().list_rooms(after, count, std::move(answer)); });
  std::vector<std::string> out;
  for (const RoomRecord& room : *rooms) out.push_back(room.code);
  return out;
}

bool change(StoreUser& user, const RoomSettingsRecord& expected, const RoomSettingsRecord& wanted) {
  return *user.wait<bool>([&](auto answer) {
    user.store().archive().change_settings(user.room().code, expected, wanted, std::move(answer));
  });
}

std::vector<KeptLine> lines(StoreUser& user, std::int64_t before, std::size_t count) {
  return *user.wait<std::vector<KeptLine>>([&](auto answer) {
    user.store().archive().read_chat(user.room().code, before, count, std::move(answer));
  });
}

constexpr std::int64_t kNewest = std::int64_t{1} << 62;

TEST_P(StoreContract, lists_rooms_by_code_page_by_page) {
  for (const char* code : {"ccc-cccc-ccc", "aaa-aaaa-aaa", "bbb-bbbb-bbb"}) {
    ASSERT_TRUE(user_.create(code));
  }
  EXPECT_EQ(codes(user_, "", 2), (std::vector<std::string>{"aaa-aaaa-aaa", "bbb-bbbb-bbb"}));
  EXPECT_EQ(codes(user_, "bbb-bbbb-bbb", 2), (std::vector<std::string>{"ccc-cccc-ccc"}));
  EXPECT_TRUE(codes(user_, "ccc-cccc-ccc", 2).empty());
}

TEST_P(StoreContract, changes_settings_only_from_what_was_expected) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  const RoomSettingsRecord before;
  RoomSettingsRecord board;
  board.title = "Board";
  board.has_lobby = true;
  board.may_chat = false;
  EXPECT_TRUE(change(user_, before, board));
  RoomSettingsRecord other;
  other.title = "Other";
  EXPECT_FALSE(change(user_, before, other));
  const auto found = user_.wait<std::optional<RoomRecord>>(
      [&](auto answer) { user_.store().find_room(user_.room().code, std::move(answer)); });
  EXPECT_EQ((*found)->settings, board);
  EXPECT_TRUE(change(user_, board, other));
}

TEST_P(StoreContract, deletes_a_room_only_as_it_was_expected) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ASSERT_TRUE(user_.append(user_.line("one", 2000)));
  const auto remove = [&](const RoomSettingsRecord& expected) {
    return *user_.wait<bool>([&](auto answer) {
      user_.store().archive().delete_room_as(user_.room().code, expected, std::move(answer));
    });
  };
  RoomSettingsRecord board;
  board.title = "Board";
  ASSERT_TRUE(change(user_, {}, board));
  EXPECT_FALSE(remove({}));
  EXPECT_EQ(lines(user_, kNewest, 2).size(), 1u);
  EXPECT_TRUE(remove(board));
  EXPECT_FALSE(remove(board));
  EXPECT_TRUE(lines(user_, kNewest, 2).empty());
}

TEST_P(StoreContract, gives_what_was_said_to_all_newest_first_page_by_page) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  for (const char* text : {"one", "two", "three"})
    ASSERT_TRUE(user_.append(user_.line(text, 2000)));
  ASSERT_TRUE(user_.append(user_.line("for Ben alone", 2000, user_.ada())));
  const auto newest = lines(user_, kNewest, 2);
  ASSERT_EQ(newest.size(), 2u);
  EXPECT_EQ(newest[0].line.text, "three");
  EXPECT_EQ(newest[1].line.text, "two");
  EXPECT_EQ(newest[0].line.from_name, "Ada");
  const auto rest = lines(user_, newest[1].number, 2);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].line.text, "one");
}

TEST_P(StoreContract, deletes_what_was_said_to_all_and_nothing_else) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  ChatRecord slip = user_.line("a slip", 2000);
  ChatRecord whisper = user_.line("for Ben alone", 2000, user_.ada());
  for (const ChatRecord& each : {slip, whisper, user_.line("stays", 2000)}) {
    ASSERT_TRUE(user_.append(each));
  }
  const auto remove = [&](const std::string& code, MessageId id) {
    return *user_.wait<bool>(
        [&](auto answer) { user_.store().archive().delete_message(code, id, std::move(answer)); });
  };
  EXPECT_FALSE(remove("zzz-zzzz-zzz", slip.id));
  EXPECT_TRUE(remove(user_.room().code, slip.id));
  EXPECT_FALSE(remove(user_.room().code, slip.id));
  EXPECT_FALSE(remove(user_.room().code, whisper.id));
  const auto left = lines(user_, kNewest, 9);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].line.text, "stays");
}

// The books of a room's meetings.
class Books {
 public:
  explicit Books(StoreUser& user) : user_(user) {}

  AttendanceRecord who(const std::string& name, MeetingId meeting, std::int64_t at_ms) {
    return {0,    user_.room().code, meeting, ParticipantId::random(random_),
            name, "member",          at_ms,   0};
  }
  void join(const AttendanceRecord& record) {
    ASSERT_TRUE(user_.wait<void>(
        [&](auto answer) { user_.store().archive().note_joined(record, std::move(answer)); }));
  }
  void leave(AttendanceRecord record, std::int64_t at_ms) {
    record.left_at_ms = at_ms;
    ASSERT_TRUE(user_.wait<void>(
        [&](auto answer) { user_.store().archive().note_left(record, std::move(answer)); }));
  }
  void begin() {
    ASSERT_TRUE(user_.wait<void>([&](auto answer) {
      user_.store().archive().begin_attendance(user_.room().code, std::move(answer));
    }));
  }
  void end(MeetingId meeting, const std::vector<ParticipantId>& present, std::int64_t at_ms) {
    ASSERT_TRUE(user_.wait<void>([&](auto answer) {
      user_.store().archive().end_attendance(user_.room().code, meeting, present, at_ms,
                                             std::move(answer));
    }));
  }
  std::vector<AttendanceRecord> read(MeetingId meeting = {}, std::int64_t before = kNewest,
                                     std::size_t count = 100) {
    return *user_.wait<std::vector<AttendanceRecord>>([&](auto answer) {
      user_.store().archive().attendance(user_.room().code, meeting, before, count,
                                         std::move(answer));
    });
  }
  // "Ada 1000-2000", newest first.
  static std::vector<std::string> spans(const std::vector<AttendanceRecord>& all) {
    std::vector<std::string> out;
    for (const AttendanceRecord& each : all) {
      out.push_back(each.name + ' ' + std::to_string(each.joined_at_ms) + '-' +
                    std::to_string(each.left_at_ms));
    }
    return out;
  }

  MeetingId meeting() { return MeetingId::random(random_); }

 private:
  StoreUser& user_;
  SeededRandom random_{7};
};

TEST_P(StoreContract, says_who_was_in_which_meeting_and_how_long) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  Books books(user_);
  const MeetingId first = books.meeting();
  books.begin();
  AttendanceRecord ada = books.who("Ada", first, 1000);
  books.join(ada);
  const AttendanceRecord ben = books.who("Ben", first, 1500);
  books.join(ben);
  ada.name = "Ada L.";
  ada.role = "host";
  books.leave(ada, 2000);
  books.join(ada);
  books.end(first, {ben.participant, ada.participant}, 3000);
  EXPECT_EQ(books.spans(books.read()),
            (std::vector<std::string>{"Ada L. 1000-3000", "Ben 1500-3000", "Ada L. 1000-2000"}));
  EXPECT_EQ(books.read()[2].role, "host");
  EXPECT_EQ(books.read()[2].participant, ada.participant);
  const MeetingId second = books.meeting();
  books.begin();
  books.join(books.who("Cleo", second, 4000));
  EXPECT_EQ(books.spans(books.read(second)), std::vector<std::string>{"Cleo 4000-0"});
  const auto page = books.read({}, kNewest, 2);
  EXPECT_EQ(books.spans(page), (std::vector<std::string>{"Cleo 4000-0", "Ada L. 1000-3000"}));
  EXPECT_EQ(books.spans(books.read({}, page[1].number, 2)),
            (std::vector<std::string>{"Ben 1500-3000", "Ada L. 1000-2000"}));
}

TEST_P(StoreContract, does_not_say_when_somebody_left_whose_leaving_it_did_not_hear_of) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  Books books(user_);
  const MeetingId meeting = books.meeting();
  AttendanceRecord ada = books.who("Ada", meeting, 1000);
  books.join(ada);
  books.join(books.who("Ben", meeting, 1500));
  // Comes back without having been heard to go.
  ada.joined_at_ms = 2000;
  books.join(ada);
  EXPECT_EQ(books.spans(books.read()),
            (std::vector<std::string>{"Ada 2000-0", "Ben 1500-0", "Ada 1000--1"}));
  books.end(meeting, {ada.participant}, 3000);
  EXPECT_EQ(books.spans(books.read()),
            (std::vector<std::string>{"Ada 2000-3000", "Ben 1500--1", "Ada 1000--1"}));
}

TEST_P(StoreContract, leaves_nobody_over_of_a_meeting_that_a_server_did_not_end) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  Books books(user_);
  const MeetingId first = books.meeting();
  books.join(books.who("Ada", first, 1000));
  books.begin();
  EXPECT_EQ(books.spans(books.read()), std::vector<std::string>{"Ada 1000--1"});
}

TEST_P(StoreContract, forgets_who_was_there_with_age_and_with_the_room) {
  ASSERT_TRUE(user_.create("abc-defg-hij"));
  Books books(user_);
  const MeetingId first = books.meeting();
  constexpr std::int64_t kDay = 86'400'000;
  constexpr std::int64_t kNow = 20'000 * kDay;
  books.join(books.who("Old", first, kNow - 31 * kDay));
  books.join(books.who("New", first, kNow - 29 * kDay));
  const Retention keep{30, 90, {user_.room().id}};
  ASSERT_TRUE(user_.wait<Purged>(
      [&](auto answer) { user_.store().purge(keep, {kNow, Instant{}}, std::move(answer)); }));
  ASSERT_EQ(books.read().size(), 1u);
  EXPECT_EQ(books.read()[0].name, "New");
  ASSERT_TRUE(*user_.wait<bool>(
      [&](auto answer) { user_.store().delete_room(user_.room().code, std::move(answer)); }));
  EXPECT_TRUE(books.read().empty());
}

}  // namespace
}  // namespace confab::store
