#include "platform/http/admission.h"

#include <gtest/gtest.h>

#include <string>

namespace confab::http {
namespace {

IpAddress ip(std::string_view text) {
  return *IpAddress::parse(text);
}

class AdmissionTest : public ::testing::Test {
 protected:
  // What becomes of a newcomer: "in", "in for 3" (whose place it takes), "full", "address full".
  std::string come(std::string_view from, bool stays_idle = true) {
    std::optional<Admission::Id> evict;
    const auto verdict = admission_.newcomer(ip(from), evict);
    if (verdict == Admission::Verdict::kFull) return "full";
    if (verdict == Admission::Verdict::kAddressFull) return "address full";
    if (evict) admission_.remove(*evict);
    admission_.set_idle(admission_.add(ip(from)), stays_idle);
    return evict ? "in for " + std::to_string(*evict) : "in";
  }

  Admission admission_{
      {.total = 6, .per_address = 3, .without_share = {*IpPrefix::parse("10.0.0.1")}}};
};

TEST_F(AdmissionTest, AnIdleConnectionOfTheSameAddressMakesRoomFirst) {
  EXPECT_EQ(come("192.0.2.1", false), "in");
  EXPECT_EQ(come("192.0.2.1"), "in");
  EXPECT_EQ(come("192.0.2.1"), "in");
  EXPECT_EQ(come("192.0.2.1"), "in for 2") << "the one that is idle longest";
  EXPECT_EQ(come("192.0.2.2"), "in") << "others do not notice";
}

TEST_F(AdmissionTest, AnAddressWhoseConnectionsAreAllInUseHasItsShare) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(come("192.0.2.1", false), "in");
  EXPECT_EQ(come("192.0.2.1"), "address full");
  EXPECT_EQ(come("192.0.2.2"), "in");
}

TEST_F(AdmissionTest, IdleOnesOfAFewAddressesKeepNobodyOut) {
  for (const auto* from : {"192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"}) {
    EXPECT_EQ(come(from), "in");
  }
  EXPECT_EQ(come("192.0.2.3"), "in");
  EXPECT_EQ(come("192.0.2.4"), "in for 1") << "from who has the most";
  EXPECT_EQ(come("192.0.2.5"), "in for 4")
      << "now another has as many, and the last of them goes first";
}

TEST_F(AdmissionTest, WhereAllAreInUseTheServerIsFull) {
  for (const auto* from :
       {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"}) {
    EXPECT_EQ(come(from, false), "in");
  }
  EXPECT_EQ(come("192.0.2.7"), "full");
  EXPECT_FALSE(admission_.idlest());
}

TEST_F(AdmissionTest, ATrustedProxyBringsManyPeople) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(come("10.0.0.1", false), "in");
  EXPECT_EQ(come("10.0.0.1"), "full");
}

TEST_F(AdmissionTest, WhoLeavesGivesItsPlaceBack) {
  const auto first = admission_.add(ip("192.0.2.1"));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(come("192.0.2.1", false), "in");
  EXPECT_EQ(come("192.0.2.1"), "address full");
  admission_.remove(first);
  admission_.remove(first);
  EXPECT_EQ(come("192.0.2.1"), "in");
  EXPECT_EQ(admission_.size(), 3u);
}

}  // namespace
}  // namespace confab::http
