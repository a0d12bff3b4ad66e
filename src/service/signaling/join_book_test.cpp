#include "service/signaling/join_book.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace confab::signaling {
namespace {

using ::testing::HasSubstr;

TEST(JoinBook, counts_by_reason_and_keeps_the_last_that_failed) {
  JoinBook book;
  book.let_in();
  book.sent_to_lobby();
  for (std::size_t i = 0; i < kRefusalsKept + 5; ++i) {
    book.refused({ErrorCode::kForbidden, std::to_string(i)}, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(book.refused_count(ErrorCode::kForbidden), kRefusalsKept + 5);
  ASSERT_EQ(book.last_refusals().size(), kRefusalsKept);
  EXPECT_EQ(book.last_refusals().front().message, "5");
  metrics::Exposition out;
  book.expose(out);
  EXPECT_THAT(out.text(), HasSubstr("confab_signaling_joins_total{result=\"let_in\"} 1"));
  EXPECT_THAT(out.text(), HasSubstr("confab_signaling_joins_total{result=\"forbidden\"} 55"));
  EXPECT_THAT(out.text(), HasSubstr("confab_signaling_joins_total{result=\"not_found\"} 0"));
}

}  // namespace
}  // namespace confab::signaling
