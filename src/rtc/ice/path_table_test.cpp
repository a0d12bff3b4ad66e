#include "rtc/ice/path_table.h"

#include <gtest/gtest.h>

namespace confab::ice {
namespace {

Path path_of(std::uint16_t port) {
  return {Protocol::kUdp, 0, {IpAddress::v4(0xC0000201), port}};
}

TEST(PathTable, HoldsFindsAndRemoves) {
  PathTable table;
  table.add(path_of(1)).last_check = Instant(3s);
  table.add(path_of(2)).last_check = Instant(1s);
  table.add(path_of(3)).last_check = Instant(2s);
  EXPECT_EQ(table.size(), 3u);
  EXPECT_EQ(table.oldest_except({})->path, path_of(2));
  EXPECT_EQ(table.oldest_except({path_of(2)})->path, path_of(3));
  EXPECT_TRUE(table.remove(path_of(1)));
  EXPECT_FALSE(table.remove(path_of(1)));
  EXPECT_EQ(table.find(path_of(1)), nullptr);
  EXPECT_EQ(table.find(path_of(3))->last_check, Instant(2s));
  EXPECT_EQ(table.size(), 2u);
}

TEST(PathTable, ANewEntryKnowsNothingOfTheOneBeforeIt) {
  PathTable table;
  table.add(path_of(1)).nominated = true;
  table.remove(path_of(1));
  EXPECT_FALSE(table.add(path_of(2)).nominated);
}

TEST(PathTable, PrefersTheNewestCredentialsThenNominatedThenRecent) {
  PathTable table;
  EXPECT_EQ(table.best(), nullptr);
  table.add(path_of(1)) = {path_of(1), Instant(9s), {}, 100, 0, true};
  table.add(path_of(2)) = {path_of(2), Instant(1s), {}, 1, 1, false};
  EXPECT_EQ(table.best()->path, path_of(2));
  table.add(path_of(3)) = {path_of(3), Instant(0s), {}, 1, 1, true};
  EXPECT_EQ(table.best()->path, path_of(3));
  table.add(path_of(4)) = {path_of(4), Instant(2s), {}, 1, 1, true};
  EXPECT_EQ(table.best()->path, path_of(4));
  table.forget_nominations();
  EXPECT_FALSE(table.find(path_of(4))->nominated);
}

struct NominationTest : testing::Test {
  static constexpr Check kPlain{};
  static constexpr Check kUse{true, std::nullopt, {}};
  static Check valued(std::uint32_t value) { return {false, value, {}}; }

  Nomination nomination;
  PathEntry high{path_of(1), {}, {}, 200, 0, false};
  PathEntry low{path_of(2), {}, {}, 100, 0, false};
};

TEST_F(NominationTest, APlainCheckNominatesNothing) {
  EXPECT_FALSE(nomination.apply(kPlain, low, nullptr));
  EXPECT_FALSE(low.nominated);
}

TEST_F(NominationTest, RegularNominationMovesToALowerPriorityAndBack) {
  EXPECT_TRUE(nomination.apply(kUse, high, nullptr));
  EXPECT_TRUE(nomination.apply(kUse, low, &high));
  // The peer keeps the old path warm without USE-CANDIDATE, then wants it back.
  EXPECT_FALSE(nomination.apply(kPlain, high, &low));
  EXPECT_TRUE(nomination.apply(kUse, high, &low));
}

TEST_F(NominationTest, AggressiveNominationSettlesOnTheHighestPriority) {
  // Given both paths checked with USE-CANDIDATE, over and over.
  EXPECT_TRUE(nomination.apply(kUse, high, nullptr));
  EXPECT_TRUE(nomination.apply(kUse, low, &high));
  EXPECT_TRUE(nomination.apply(kUse, high, &low));
  // Then it stays with the higher priority.
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(nomination.apply(kUse, low, &high));
    nomination.apply(kUse, high, &high);
  }
}

TEST_F(NominationTest, APathCheckedTwiceSinceTheSelectedOneIsWhereThePeerIs) {
  // Given both nominated and the higher priority selected.
  low.nominated = high.nominated = true;
  high.last_check = Instant(10s);
  // When the lower is checked between, then nothing changes; when again, then it wins.
  EXPECT_FALSE(nomination.apply({true, std::nullopt, Instant(9s)}, low, &high));
  EXPECT_TRUE(nomination.apply({true, std::nullopt, Instant(11s)}, low, &high));
}

TEST_F(NominationTest, ANominationWinsOverASelectionThatWasNeverNominated) {
  low.nominated = true;
  EXPECT_TRUE(nomination.apply(kUse, low, &high));
}

TEST_F(NominationTest, TheHighestValueWinsWhateverThePriority) {
  EXPECT_TRUE(nomination.apply(valued(1), high, nullptr));
  EXPECT_TRUE(nomination.apply(valued(2), low, &high));
  EXPECT_FALSE(nomination.apply(valued(1), high, &low)) << "overtaken on the way";
  EXPECT_TRUE(nomination.apply(valued(3), high, &low));
}

TEST_F(NominationTest, AValueIsNotUndoneByAPlainCheckOrByUseCandidate) {
  EXPECT_TRUE(nomination.apply(valued(2), low, nullptr));
  EXPECT_FALSE(nomination.apply(kPlain, low, &low));
  EXPECT_TRUE(low.nominated);
  EXPECT_FALSE(nomination.apply(kUse, high, &low));
  EXPECT_FALSE(nomination.apply(valued(0), high, &low)) << "zero is not a nomination";
  nomination.reset();
  EXPECT_TRUE(nomination.apply(valued(1), high, &low));
}

}  // namespace
}  // namespace confab::ice
