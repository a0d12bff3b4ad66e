#include "call/characters.h"

#include <utility>

#include "gtest/gtest.h"

namespace confab::call {
namespace {

TEST(Characters, stand_in_the_table_in_order) {
  const auto ranges = character_ranges();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    EXPECT_LE(ranges[i].first, ranges[i].last);
    EXPECT_NE(ranges[i].kind, CharacterKind::kShown);
    if (i > 0) EXPECT_LT(ranges[i - 1].last, ranges[i].first);
  }
}

TEST(Characters, are_what_unicode_says) {
  using enum CharacterKind;
  const std::pair<char32_t, CharacterKind> known[] = {
      {U'a', kShown},          {U'-', kDash},           {U'\u2212', kDash},
      {U'\u0301', kMark},      {U'\u20dd', kMark},      {U'\t', kSpace},
      {U'\u3000', kSpace},     {U'\n', kLineBreak},     {U'\u2029', kLineBreak},
      {0x00, kControl},        {0x9f, kControl},        {U'\u200f', kDirection},
      {U'\u2067', kDirection}, {U'\u202e', kOverride},  {U'\u200d', kJoiner},
      {U'\ufe0f', kJoiner},    {0xe0067, kJoiner},      {U'\u3164', kInvisible},
      {U'\u2800', kInvisible}, {U'\u2060', kInvisible}, {0xffff, kInvisible},
      {0xe000, kShown},        {0x1f600, kShown},       {0x10ffff, kInvisible},
      {0x1fbff, kShown},  // not assigned: an emoji to come
  };
  for (const auto& [code, kind] : known) {
    EXPECT_EQ(kind_of(code), kind) << std::hex << static_cast<std::uint32_t>(code);
  }
}

TEST(Characters, are_read_from_utf8) {
  EXPECT_EQ(first_character("\u20ac!").code, U'\u20ac');
  EXPECT_EQ(first_character("\u20ac!").bytes, 3u);
  EXPECT_EQ(first_character("\U0001f600").code, 0x1f600u);
  EXPECT_EQ(first_character("").bytes, 0u);
  EXPECT_EQ(first_character("\xc3").bytes, 0u);
}

}  // namespace
}  // namespace confab::call
