// What the kernel knows of this process, and how late its loop is. In every role. Loop thread only.
#pragma once

#include <array>
#include <cstdint>

#include "base/instant.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"

namespace confab::cli {

class ProcessMetrics {
 public:
  // The loop must outlive it.
  ProcessMetrics(http::EventLoop& loop, Role role);

  void expose(metrics::Exposition& out) const;

 private:
  static constexpr std::array<double, 8> kLagBounds = {0.001, 0.005, 0.01, 0.025,
                                                       0.05,  0.1,   0.25, 1};

  // Twice a second: a timer that comes late says how long everybody else waits.
  void look();

  const Role role_;
  const std::int64_t started_unix_ms_;
  std::array<std::uint64_t, kLagBounds.size() + 1> lags_{};
  double lag_sum_ = 0;
  Instant due_;
  http::LoopTimer timer_;
};

}  // namespace confab::cli
