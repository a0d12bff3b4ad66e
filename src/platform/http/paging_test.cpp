#include "platform/http/paging.h"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

Result<Page> page(const std::string& query) {
  Request request;
  request.query = query;
  return page_of(request, 'r');
}

TEST(HttpPaging, BeginsAtTheBeginningWithAsMuchAsThereMayBe) {
  EXPECT_FALSE(page("")->after);
  EXPECT_EQ(page("")->count, 100u);
  EXPECT_EQ(page("limit=7")->count, 7u);
  EXPECT_EQ(*page("")->number_or(5), 5);
}

TEST(HttpPaging, GoesOnWhereTheCursorSays) {
  EXPECT_EQ(*page("cursor=" + cursor_of('r', "abc-defg-hij"))->after, "abc-defg-hij");
  EXPECT_EQ(*page("cursor=" + cursor_of('r', "42"))->number_or(0), 42);
  EXPECT_FALSE(page("cursor=" + cursor_of('r', "x"))->number_or(0));
}

TEST(HttpPaging, RefusesWhatIsNoCursorOfThisListAndNoLimit) {
  for (const std::string& query :
       {"cursor=" + cursor_of('a', "42"), std::string("cursor=r"), std::string("cursor=r0"),
        std::string("cursor=rzz"), std::string("cursor=rff"), std::string("cursor=r6100"),
        std::string("cursor="), "cursor=r" + std::string(256, '0'), std::string("limit=0"),
        std::string("limit=101"), std::string("limit=-1"), std::string("limit=1x"),
        std::string("limit=99999999999999999999")}) {
    const auto refused = page(query);
    ASSERT_FALSE(refused) << query;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace confab::http
