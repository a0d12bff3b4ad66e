#include "rtc/srtp/ssrc_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"

namespace confab::srtp {
namespace {

struct Stream {
  std::uint64_t age = 0;
};

TEST(SsrcTable, FindsWhatWasInserted) {
  SsrcTable<Stream> table;
  EXPECT_EQ(table.find(0), nullptr);
  table.insert(0).age = 5;
  ASSERT_NE(table.find(0), nullptr);
  EXPECT_EQ(table.find(0)->age, 5u);
  EXPECT_EQ(table.find(1), nullptr);
}

TEST(SsrcTable, ErasesTheOldest) {
  SsrcTable<Stream> table;
  for (std::uint32_t ssrc = 1; ssrc <= 10; ++ssrc) table.insert(ssrc).age = 100 - ssrc;
  table.erase_least([](const Stream& s) { return s.age; });
  EXPECT_EQ(table.find(10), nullptr);
  EXPECT_NE(table.find(9), nullptr);
  EXPECT_EQ(table.size(), 9u);
}

TEST(SsrcTable, AgreesWithAMap) {
  // SSRCs that differ in few bits collide more than random ones.
  for (const std::uint32_t spread : {1U, 0x10000U, 0x9E3779B1U}) {
    SeededRandom random(spread);
    SsrcTable<Stream> table;
    std::map<std::uint32_t, std::uint64_t> model;
    for (std::uint64_t age = 1; age < 5000; ++age) {
      const std::uint32_t ssrc = random.between(0, 4000) * spread;
      if (!model.contains(ssrc)) {
        table.insert(ssrc).age = age;
        model[ssrc] = age;
      }
      if (model.size() > 200) {
        table.erase_least([](const Stream& s) { return s.age; });
        model.erase(std::ranges::min_element(model, {}, [](const auto& e) { return e.second; }));
      }
      ASSERT_EQ(table.size(), model.size());
      const std::uint32_t probe = random.between(0, 4000) * spread;
      const Stream* found = table.find(probe);
      ASSERT_EQ(found != nullptr, model.contains(probe));
      if (found != nullptr) {
        ASSERT_EQ(found->age, model[probe]);
      }
    }
    for (const auto& [ssrc, age] : model) ASSERT_EQ(table.find(ssrc)->age, age);
  }
}

}  // namespace
}  // namespace confab::srtp
