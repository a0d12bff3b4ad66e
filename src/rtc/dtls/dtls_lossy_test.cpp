// Handshakes over bad links: a hundred seeds each, in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

struct LossyCase {
  std::string name;
  Conditions conditions;
  std::size_t mtu;
};

class DtlsLossyTest : public testing::TestWithParam<LossyCase> {};

// OpenSSL gives up after 12 timeouts, which a run of bad luck may reach: 1 of 10,000 handshakes was
// seen to. The link is seeded, the handshake's own randomness is not, so one in a hundred may.
bool gave_up(const TestPair& pair) {
  const auto timed_out = [](const TestEnd& end) {
    return end.failed && end.failed->reason == FailReason::kTimeout;
  };
  return timed_out(pair.client) || timed_out(pair.server);
}

TEST_P(DtlsLossyTest, AHundredSeedsConnect) {
  const LossyCase& parameters = GetParam();
  std::vector<std::int64_t> took_ms;
  int given_up = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const DtlsConfig config{.mtu = parameters.mtu};
    TestPair pair(parameters.conditions, seed, config, config);
    pair.introduce();
    const Instant started = pair.now;
    pair.start();
    pair.run();
    if (gave_up(pair)) {
      ++given_up;
      continue;
    }
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_connected(pair);
    if (testing::Test::HasFatalFailure()) return;
    took_ms.push_back(to_ms(pair.now - started));
  }
  EXPECT_LE(given_up, 1);
  std::ranges::sort(took_ms);
  RecordProperty("p50_ms", std::to_string(took_ms[took_ms.size() / 2]));
  RecordProperty("max_ms", std::to_string(took_ms.back()));
}

INSTANTIATE_TEST_SUITE_P(Links, DtlsLossyTest,
                         testing::Values(LossyCase{"Reordered", {0, 0, 5, 40}, 1200},
                                         LossyCase{"LossyRepeatedReordered", {30, 10, 5, 40}, 1200},
                                         LossyCase{"LossyInSmallFragments", {30, 10, 5, 40}, 300},
                                         LossyCase{"SlowAndLossy", {30, 20, 5, 200}, 1200}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace confab::dtls
