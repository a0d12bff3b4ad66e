#include "web/socketio/recovery_log.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace confab::socketio {
namespace {

constexpr Instant kStart{1h};

std::shared_ptr<const Emit> event(std::string name) {
  return std::make_shared<const Emit>(Emit{std::move(name), "[]", {}, false});
}

TEST(RecoveryLog, CountsOffsetsAndCoversWhatIsKept) {
  RecoveryLog log(10, 10'000, 1min);
  EXPECT_TRUE(log.covers(0));
  EXPECT_FALSE(log.covers(1));
  EXPECT_EQ(log.add(kStart, event("a")), 1u);
  EXPECT_EQ(log.add(kStart, event("b")), 2u);
  EXPECT_TRUE(log.covers(0));
  EXPECT_TRUE(log.covers(2));
  EXPECT_FALSE(log.covers(3));
  log.confirm(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log.offset(), 2u);
  EXPECT_EQ(log.at(0).name, "b");
  EXPECT_FALSE(log.covers(0));
}

TEST(RecoveryLog, DropsTheOldestByCount) {
  RecoveryLog log(2, 10'000, 1min);
  for (const char* name : {"a", "b", "c"}) log.add(kStart, event(name));
  EXPECT_EQ(log.size(), 2u);
  EXPECT_FALSE(log.covers(0));
  EXPECT_TRUE(log.covers(1));
}

TEST(RecoveryLog, DropsTheOldestByBytes) {
  RecoveryLog log(10, 1'000, 1min);
  log.add(kStart, event(std::string(600, 'a')));
  log.add(kStart, event(std::string(600, 'b')));
  EXPECT_EQ(log.size(), 1u);
  log.add(kStart, event(std::string(2'000, 'c')));
  EXPECT_EQ(log.size(), 0u);
  EXPECT_FALSE(log.covers(2));
  EXPECT_TRUE(log.covers(3));
}

TEST(RecoveryLog, DropsTheOldestByAge) {
  RecoveryLog log(10, 10'000, 1min);
  log.add(kStart, event("a"));
  log.add(kStart + 61s, event("b"));
  EXPECT_EQ(log.size(), 1u);
}

TEST(RecoveryLog, OffsetsHaveAFormOfTheirOwn) {
  EXPECT_EQ(offset_text(12), "@12");
  EXPECT_EQ(parse_offset("@12"), 12u);
  for (const char* text :
       {"", "12", "@", "@-1", "@1x", "@18446744073709551615", "@99999999999999999999"}) {
    EXPECT_FALSE(parse_offset(text)) << text;
  }
}

}  // namespace
}  // namespace confab::socketio
