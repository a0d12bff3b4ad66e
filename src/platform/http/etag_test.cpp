#include "platform/http/etag.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

TEST(HttpEtag, IsTheSameForTheSameContentAlone) {
  EXPECT_EQ(etag_of("a"), etag_of("a"));
  EXPECT_NE(etag_of("a"), etag_of("b"));
  EXPECT_EQ(etag_of("").size(), 24u);
}

TEST(HttpEtag, IfNoneMatchComparesWeakly) {
  EXPECT_TRUE(matches_weakly(R"("x", W/"y")", R"("y")"));
  EXPECT_TRUE(matches_weakly("*", R"("y")"));
  EXPECT_FALSE(matches_weakly(R"("x")", R"("y")"));
  EXPECT_FALSE(matches_weakly("", R"("y")"));
}

TEST(HttpEtag, IfMatchComparesStrongly) {
  const auto is_y = [](std::string_view etag) { return etag == R"("y")"; };
  EXPECT_TRUE(matches_strongly(R"("x" , "y")", is_y));
  EXPECT_TRUE(matches_strongly("*", is_y));
  EXPECT_FALSE(matches_strongly(R"(W/"y")", is_y));
  EXPECT_FALSE(matches_strongly("y", [](std::string_view) { return true; }));
  EXPECT_FALSE(matches_strongly("", is_y));
}

}  // namespace
}  // namespace confab::http
