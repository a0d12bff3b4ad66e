#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace confab {
namespace {

TEST(Utf8, TakesWhatIsWellFormed) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain text of more than eight bytes"));
  EXPECT_TRUE(is_utf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82"));
  EXPECT_TRUE(is_utf8("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"));  // the edges of the gaps
  EXPECT_TRUE(is_utf8(std::string_view("\0zero", 5)));
}

TEST(Utf8, RefusesWhatIsNot) {
  EXPECT_FALSE(is_utf8("\x80"));              // a continuation alone
  EXPECT_FALSE(is_utf8("12345678\xff"));      // behind a whole word of ASCII
  EXPECT_FALSE(is_utf8("\xc0\xaf"));          // '/' in two bytes
  EXPECT_FALSE(is_utf8("\xe0\x80\xaf"));      // and in three
  EXPECT_FALSE(is_utf8("\xf0\x80\x80\xaf"));  // and in four
  EXPECT_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(is_utf8("\xe2\x82"));          // cut short
  EXPECT_FALSE(is_utf8("\xe2\x82g"));         // and gone on with something else
}

}  // namespace
}  // namespace confab
