#include "call/text.h"

#include "base/random.h"
#include "base/utf8.h"
#include "call/characters.h"
#include "gtest/gtest.h"

namespace confab::call {
namespace {

TEST(CleanName, trims_and_keeps_every_script) {
  EXPECT_EQ(*clean_name("  Ada\u3000"), "Ada");
  EXPECT_EQ(*clean_name("\u0410\u043d\u043d\u0430 \u738b"), "\u0410\u043d\u043d\u0430 \u738b");
}

TEST(CleanName, shows_something) {
  // U+3164: a Hangul filler; U+2800: braille without dots; U+0301: an accent without a letter.
  for (const char* name : {"", "   ", "\u00a0\u3000", "\u200b\u200d", "\u3164", "\u2800",
                           "\uffa0\u115f", "\u202e", "\ufe0f", "\u0301", "\U000e0041"}) {
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

TEST(CleanName, refuses_controls) {
  for (const std::string& name :
       {std::string("a\x07z"), std::string("a\0z", 3), std::string("a\u0090z")}) {
    EXPECT_FALSE(clean_name(name));
  }
}

TEST(CleanName, leaves_out_what_cannot_be_seen_or_turns_the_line_around) {
  EXPECT_EQ(*clean_name("\u2068Ada\u2069"), "Ada");
  EXPECT_EQ(*clean_name("A\u200bd\u00ada\u202e"), "Ada");
  EXPECT_EQ(*clean_name("\ufeffAda\u3164"), "Ada");
}

TEST(CleanName, is_one_line_with_single_spaces) {
  EXPECT_EQ(*clean_name("Ada\n\t \u2028 Lovelace\u0085"), "Ada Lovelace");
}

TEST(CleanName, keeps_what_letters_and_emoji_are_joined_with) {
  const std::string persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  EXPECT_EQ(*clean_name(persian), persian);
  const std::string family = "\U0001f469\u200d\U0001f467 \u2764\ufe0f";
  EXPECT_EQ(*clean_name(family), family);
  const std::string vietnamese = "Nguye\u0302\u0303n";
  EXPECT_EQ(*clean_name(vietnamese), vietnamese);
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

TEST(CleanChat, takes_text_as_people_paste_it) {
  // A telephone number from a contact, with isolates and marks of direction.
  EXPECT_EQ(*clean_chat("\u2068+49 30 1234\u2069", 20), "\u2068+49 30 1234\u2069");
  EXPECT_EQ(*clean_chat("\u202a+49 30\u202c", 20), "\u202a+49 30\u202c");
  EXPECT_EQ(*clean_chat("\u05d0\u200f!", 20), "\u05d0\u200f!");
  EXPECT_EQ(*clean_chat("a\u200bb\u00adc", 20), "a\u200bb\u00adc");
}

TEST(CleanChat, makes_every_line_break_a_line_feed) {
  EXPECT_EQ(*clean_chat("a\r\nb\rc\u2028d\u2029e\u0085f\x0bg\x0ch", 20), "a\nb\nc\nd\ne\nf\ng\nh");
}

TEST(CleanChat, leaves_out_controls_and_what_turns_letters_around) {
  EXPECT_EQ(*clean_chat(std::string("a\0b\x07\u0090", 6), 20), "ab");
  EXPECT_EQ(*clean_chat("cod\u202egpj.exe\u202c", 20), "codgpj.exe\u202c");
}

TEST(CleanChat, shows_something) {
  for (const char* text : {"", " \n\t", "\u2800", "\u3164\u200b", "\u2066\u2069", "\x07"}) {
    EXPECT_EQ(clean_chat(text, 20).error().code, ErrorCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(clean_chat("a\xff", 20)) << "broken UTF-8";
}

TEST(Cleaning, twice_is_as_once_and_never_makes_broken_text) {
  SeededRandom dice(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint32_t i = dice.between(0, 12); i > 0; --i) {
      const auto ranges = character_ranges();
      const auto& range = ranges[dice.between(0, static_cast<std::uint32_t>(ranges.size() - 1))];
      const char32_t c = dice.between(0, 1) == 0 ? U'a' + dice.between(0, 25) : range.first;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else if (c < 0x800) {
        text += {static_cast<char>(0xC0 | (c >> 6)), static_cast<char>(0x80 | (c & 0x3F))};
      } else if (c < 0x10000) {
        text += {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (c & 0x3F))};
      } else {
        text += {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((c >> 6) & 0x3F)), static_cast<char>(0x80 | (c & 0x3F))};
      }
    }
    if (const auto name = clean_name(text)) {
      EXPECT_EQ(clean_name(*name), *name);
      EXPECT_TRUE(is_utf8(*name));
    }
    if (const auto chat = clean_chat(text, 20)) {
      EXPECT_EQ(clean_chat(*chat, 20), *chat);
      EXPECT_TRUE(is_utf8(*chat));
    }
  }
}

TEST(RoomCode, is_found_with_any_blanks_and_dashes) {
  for (const char* code :
       {"abc defg hij", " abc-defg-hij\n", "abc\u2013defg\u2014hij", "abc\u2011defg\u2212hij",
        "\u2068abc\u00a0defg\u202fhij\u2069", "abc\u200b-defg\u00ad-hij", "a b c d e f g h i j"}) {
    EXPECT_EQ(normalize_room_code(code), "abc-defg-hij") << code;
  }
}

TEST(RoomCode, is_the_same_room_in_any_spelling) {
  EXPECT_EQ(normalize_room_code("abc-defg-hij"), "abc-defg-hij");
  EXPECT_EQ(normalize_room_code("ABCDEFGHIJ"), "abc-defg-hij");
  EXPECT_EQ(normalize_room_code("ab-cd-ef-gh-ij"), "abc-defg-hij");
}

TEST(RoomCode, refuses_everything_else) {
  for (const char* code : {"", "abc-defg-hi", "abc-defg-hijk", "abc-d3fg-hij", "../../etc/pas",
                           "abc-defg-hij.", "abc-defg-hij\u0301",
                           "abc-defg-hij-----------------------------------------------------"}) {
    EXPECT_FALSE(normalize_room_code(code)) << code;
  }
}

}  // namespace
}  // namespace confab::call
