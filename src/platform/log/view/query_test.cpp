#include "platform/log/view/query.h"

#include <gtest/gtest.h>

#include <map>

namespace confab::logview {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::expected<Query, std::string> parse(const Values& values) {
  return parse_query([&](std::string_view name) -> std::optional<std::string> {
    const auto at = values.find(name);
    return at == values.end() ? std::nullopt : std::optional(at->second);
  });
}

TEST(LogQuery, NothingAskedForIsTheNewestPage) {
  const auto query = parse({});
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->way, Way::kOlder);
  EXPECT_FALSE(query->from.has_value());
  EXPECT_EQ(query->lines, 200u);
}

TEST(LogQuery, EachNameIsTakenUp) {
  const auto query = parse({{"level", "warn"},
                            {"service", "media"},
                            {"text", "ice failed"},
                            {"from", "2025-01-31T12:44:56Z"},
                            {"to", "1738327496789"},
                            {"newer", "1f.a0_2.0"},
                            {"limit", "1000"}});
  ASSERT_TRUE(query.has_value()) << query.error();
  EXPECT_EQ(query->filter.level, LogLevel::kWarn);
  EXPECT_EQ(query->filter.text, "ice failed");
  EXPECT_EQ(query->filter.from_ms, 1'738'327'496'000);
  EXPECT_EQ(query->filter.to_ms, 1'738'327'496'789);
  EXPECT_EQ(query->way, Way::kNewer);
  EXPECT_EQ(*query->from, (Cursor{{0x1f, 0xa0}, {2, 0}}));
  EXPECT_EQ(query->lines, 1000u);
  EXPECT_EQ(cursor_text(*query->from), "1f.a0_2.0");
}

TEST(LogQuery, WhatIsNotUnderstoodIsToldByItsName) {
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"level", "loud"},
                                                                  {"from", "yesterday"},
                                                                  {"to", "-1"},
                                                                  {"to", "99999999999999999999"},
                                                                  {"older", "x"},
                                                                  {"older", "1."},
                                                                  {"older", "1.2_"},
                                                                  {"limit", "0"},
                                                                  {"limit", "1001"},
                                                                  {"limit", "ten"}}) {
    const auto query = parse({{name, value}});
    ASSERT_FALSE(query.has_value()) << name << value;
    EXPECT_TRUE(query.error().contains(name)) << query.error();
  }
  EXPECT_FALSE(parse({{"trace", std::string(257, 'x')}}).has_value());
  EXPECT_FALSE(parse({{"older", "1.0"}, {"newer", "1.0"}}).has_value());
  std::string many = "1.0";
  for (std::size_t i = 0; i < 128; ++i) many += "_1.0";
  EXPECT_FALSE(parse({{"older", many}}).has_value()) << "more than a folder may hold";
}

}  // namespace
}  // namespace confab::logview
