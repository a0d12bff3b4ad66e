// How the links of clients are, as reports of both directions say: counts for histograms. A report
// comes every second or so for each stream, so that these are shares of streams and time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "rtc/rtp/receive_statistics.h"

namespace confab::sfu {

template <std::size_t kBounds>
struct Histogram {
  std::array<std::uint64_t, kBounds + 1> counts{};  // the last: above all bounds
  double sum = 0;

  void add(const std::array<double, kBounds>& bounds, double value) {
    const auto* const bound = std::ranges::lower_bound(bounds, value);
    ++counts[static_cast<std::size_t>(bound - bounds.begin())];
    sum += value;
  }
};

struct LinkQuality {
  static constexpr std::array kRttBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6};
  static constexpr std::array kLossBounds = {0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5};
  static constexpr std::array kJitterBounds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2};

  // One way of media: what its receiver says of it.
  struct Direction {
    Histogram<kLossBounds.size()> loss;      // a share of the packets, before repairs
    Histogram<kJitterBounds.size()> jitter;  // seconds

    void add(const rtp::ReportBlock& block, std::uint32_t clock_rate) {
      loss.add(kLossBounds, block.fraction_lost / 256.0);
      jitter.add(kJitterBounds, static_cast<double>(block.jitter) / clock_rate);
    }
  };

  Histogram<kRttBounds.size()> rtt;  // seconds, of receivers
  Direction down;                    // to subscribers, as they say
  Direction up;                      // from publishers, as measured here

  void add_rtt(Duration value) { rtt.add(kRttBounds, to_seconds(value)); }
};

}  // namespace confab::sfu
