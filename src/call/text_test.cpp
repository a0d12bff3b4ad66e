#include "call/text.h"

#include "gtest/gtest.h"

namespace confab::call {
namespace {

TEST(CleanName, trims_and_keeps_every_script) {
  EXPECT_EQ(*clean_name("  Ada\u3000"), "Ada");
  EXPECT_EQ(*clean_name("\u0410\u043d\u043d\u0430 \u738b"), "\u0410\u043d\u043d\u0430 \u738b");
}

TEST(CleanName, refuses_what_is_empty_or_invisible) {
  for (const char* name : {"", "   ", "\u00a0\u3000", "\u200b\u200d"}) {
    EXPECT_EQ(clean_name(name).error().code, ErrorCode::kInvalidArgument) << name;
  }
}

TEST(CleanName, counts_characters_not_bytes) {
  std::string name;
  for (int i = 0; i < 64; ++i) name += "\u00e9";
  EXPECT_TRUE(clean_name(name));
  EXPECT_TRUE(clean_name("  " + name + "  "));
  EXPECT_FALSE(clean_name(name + "x"));
}

TEST(CleanName, refuses_controls_and_direction_overrides) {
  for (const std::string& name :
       {std::string("a\x07z"), std::string("a\0z", 3), std::string("a\nz"), std::string("a\u202ez"),
        std::string("a\u2028z"), std::string("a\u0085z")}) {
    EXPECT_FALSE(clean_name(name));
  }
}

TEST(CleanName, refuses_broken_utf8) {
  for (const char* name :
       {"\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"}) {
    EXPECT_FALSE(clean_name(name));
  }
}

TEST(CleanChat, keeps_lines_and_refuses_what_is_too_long) {
  EXPECT_EQ(*clean_chat("\n a\n\tb \n", 10), "a\n\tb");
  EXPECT_TRUE(clean_chat("12345", 5));
  EXPECT_EQ(clean_chat("123456", 5).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(clean_chat(" \n ", 5).error().code, ErrorCode::kInvalidArgument);
}

TEST(RoomCode, is_the_same_room_in_any_spelling) {
  EXPECT_EQ(normalize_room_code("abc-defg-hij"), "abc-defg-hij");
  EXPECT_EQ(normalize_room_code("ABCDEFGHIJ"), "abc-defg-hij");
  EXPECT_EQ(normalize_room_code("ab-cd-ef-gh-ij"), "abc-defg-hij");
}

TEST(RoomCode, refuses_everything_else) {
  for (const char* code : {"", "abc-defg-hi", "abc-defg-hijk", "abc-d3fg-hij", "../../etc/pas",
                           "----------------------abcdefghij"}) {
    EXPECT_FALSE(normalize_room_code(code)) << code;
  }
}

}  // namespace
}  // namespace confab::call
