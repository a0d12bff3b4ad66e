// How long something took, counted between bounds that are the same for all of them: from what a
// cache answers to what somebody gives up. Adding searches nine numbers and never allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "base/instant.h"
#include "platform/metrics/exposition.h"

namespace confab::metrics {

class Latency {
 public:
  static constexpr std::array<double, 9> kBounds = {0.001, 0.005, 0.025, 0.1, 0.25,
                                                    0.5,   1,     2.5,   10};

  // Less than nothing counts as nothing.
  void add(Duration took) {
    const double seconds = std::max(0.0, to_seconds(took));
    ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(kBounds, seconds) -
                                       kBounds.begin())];
    sum_ += seconds;
  }

  void expose(std::string_view name, std::string_view help, Labels labels, Exposition& out) const {
    out.histogram(name, help, labels, kBounds, counts_, sum_);
  }

  std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const std::uint64_t each : counts_) all += each;
    return all;
  }

 private:
  std::array<std::uint64_t, kBounds.size() + 1> counts_{};
  double sum_ = 0;
};

}  // namespace confab::metrics
