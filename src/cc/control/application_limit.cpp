#include "cc/control/application_limit.h"

#include <algorithm>

namespace confab::cc {
namespace {

constexpr double kUsed = 0.65;
constexpr double kWindowSeconds = 0.5;
constexpr double kEnter = 0.8;  // of the budget is left
constexpr double kLeave = 0.5;

}  // namespace

void ApplicationLimit::on_sent(Instant now, std::size_t bytes) {
  const double bytes_per_second = target_bps_ * kUsed / 8;
  const double window = bytes_per_second * kWindowSeconds;
  if (!started_) at_ = now;
  started_ = true;
  budget_bytes_ += bytes_per_second * to_seconds(now - at_) - static_cast<double>(bytes);
  budget_bytes_ = std::clamp(budget_bytes_, -window, window);
  at_ = now;
  if (limited_ ? budget_bytes_ < kLeave * window : budget_bytes_ > kEnter * window) {
    limited_ = !limited_;
  }
}

}  // namespace confab::cc
