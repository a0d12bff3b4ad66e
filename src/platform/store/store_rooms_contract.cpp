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

}  // namespace
}  // namespace confab::store
