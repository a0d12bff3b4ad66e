#include "cc/control/packet_groups.h"

#include <algorithm>
#include <chrono>

namespace confab::cc {

std::optional<PacketGroups::Spacing> PacketGroups::on_packet(Instant sent_at, Duration arrived) {
  if (!current_) {
    current_ = Group{sent_at, sent_at, arrived, arrived};
    return std::nullopt;
  }
  if (sent_at < current_->first_sent) return std::nullopt;  // reordered: of a group that is closed
  if (belongs(sent_at, arrived)) {
    current_->last_sent = std::max(current_->last_sent, sent_at);
    current_->last_arrived = std::max(current_->last_arrived, arrived);
    return std::nullopt;
  }
  std::optional<Spacing> spacing;
  if (previous_) {
    spacing = Spacing{current_->last_sent - previous_->last_sent,
                      current_->last_arrived - previous_->last_arrived, current_->last_arrived};
    if (std::chrono::abs(spacing->arrived - spacing->sent) > kJump) {
      spacing.reset();
      current_.reset();
    }
  }
  previous_ = current_;
  current_ = Group{sent_at, sent_at, arrived, arrived};
  return spacing;
}

bool PacketGroups::belongs(Instant sent_at, Duration arrived) const {
  const Duration sent_later = sent_at - current_->last_sent;
  const Duration arrived_later = arrived - current_->last_arrived;
  if (sent_later == Duration::zero()) return true;
  if (arrived_later - sent_later < Duration::zero() && arrived_later <= kBurstGap &&
      arrived - current_->first_arrived < kBurstMax) {
    return true;
  }
  return sent_at - current_->first_sent <= kSendSpan;
}

}  // namespace confab::cc
