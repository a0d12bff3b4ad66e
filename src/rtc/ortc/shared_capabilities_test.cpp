#include "rtc/ortc/shared_capabilities.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace confab::ortc {
namespace {

RtpCapabilities a_browser(std::uint32_t clock_rate) {
  RtpCapabilities out;
  out.codecs.push_back({.mime_type = "audio/opus", .clock_rate = clock_rate});
  return out;
}

TEST(SharedCapabilitiesTest, equal_values_are_one) {
  SharedCapabilities shared;
  const CapabilitiesPtr first = shared.share(a_browser(48'000));
  const CapabilitiesPtr other = shared.share(a_browser(8'000));
  EXPECT_EQ(shared.share(a_browser(48'000)), first);
  EXPECT_EQ(shared.share(a_browser(8'000)), other);
  EXPECT_EQ(*first, a_browser(48'000));
  EXPECT_EQ(*other, a_browser(8'000));
}

TEST(SharedCapabilitiesTest, the_last_to_leave_frees_it) {
  SharedCapabilities shared;
  CapabilitiesPtr one = shared.share(a_browser(48'000));
  CapabilitiesPtr two = shared.share(a_browser(48'000));
  const std::weak_ptr<const RtpCapabilities> seen = one;
  one.reset();
  EXPECT_FALSE(seen.expired());
  two.reset();
  EXPECT_TRUE(seen.expired());
}

TEST(SharedCapabilitiesTest, ever_new_values_cost_no_more_than_the_sharing) {
  SharedCapabilities shared;
  const CapabilitiesPtr before = shared.share(a_browser(48'000));
  std::vector<CapabilitiesPtr> held;
  for (std::uint32_t i = 0; i < 10 * SharedCapabilities::kRemembered; ++i) {
    held.push_back(shared.share(a_browser(i)));
    EXPECT_EQ(*held.back(), a_browser(i));
  }
  const CapabilitiesPtr after = shared.share(a_browser(48'000));
  EXPECT_NE(after, before);
  EXPECT_EQ(*after, *before);
  EXPECT_EQ(shared.share(a_browser(48'000)), after);
  // The places of those who are gone are taken first.
  held.clear();
  for (std::uint32_t i = 1; i < SharedCapabilities::kRemembered; ++i) {
    held.push_back(shared.share(a_browser(i)));
  }
  EXPECT_EQ(shared.share(a_browser(48'000)), after);
}

}  // namespace
}  // namespace confab::ortc
