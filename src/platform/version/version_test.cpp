#include "platform/version/version.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace confab {
namespace {

TEST(VersionTest, TheBuildIdIsTheVersionAndACommit) {
  const std::string id(build_id());
  ASSERT_TRUE(id.starts_with(std::string(version()) + "+")) << id;
  const std::string commit = id.substr(version().size() + 1);
  EXPECT_GE(commit.size(), 7u);
  // It goes into HTTP headers and JSON as it is.
  EXPECT_TRUE(std::ranges::all_of(commit, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.';
  })) << id;
}

TEST(VersionTest, TheVersionIsThreeNumbers) {
  EXPECT_EQ(std::ranges::count(version(), '.'), 2);
  EXPECT_EQ(version().find_first_not_of("0123456789."), std::string_view::npos);
}

}  // namespace
}  // namespace confab
