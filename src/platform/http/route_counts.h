// What became of the requests of one route, and how long their answers took: from the moment at
// which a request is whole until its answer is there, or the client has gone. By the route's
// pattern, of which there are as many as the code declares.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/instant.h"
#include "platform/metrics/latency.h"

namespace confab::http {

struct RouteCounts {
  // Answers by their class, and those that nobody waited for any more.
  static constexpr std::array<std::string_view, 5> kOutcomes = {"2xx", "3xx", "4xx", "5xx", "gone"};
  static constexpr std::size_t kGone = 4;

  std::array<std::uint64_t, kOutcomes.size()> outcomes{};
  metrics::Latency latency;

  void answered(unsigned status, Duration took) {
    ++outcomes[status < 300 ? 0 : status < 400 ? 1 : status < 500 ? 2 : 3];
    latency.add(took);
  }
  // How long somebody waited says what they had enough of, and nothing of how long it takes.
  void gone() { ++outcomes[kGone]; }
};

}  // namespace confab::http
