#include "sim/flow/network.h"

#include <algorithm>

namespace confab::sim {

Network::Network(const LinkProfile& profile, const std::vector<FlowOptions>& flows,
                 std::uint64_t seed)
    : link_(profile, seed) {
  for (std::size_t i = 0; i < flows.size(); ++i) {
    flows_.push_back(std::make_unique<Flow>(flows[i], link_, seed + i * 7919 + 1, now_));
  }
}

void Network::run_for(Duration span) {
  const Instant end = now_ + span;
  for (;;) {
    Instant next = sample_at_;
    for (const auto& flow : flows_) next = std::min(next, flow->next_event());
    next = std::max(next, now_);
    if (next > end) break;
    now_ = next;
    if (sample_at_ <= now_) sample();
    for (const auto& flow : flows_) {
      if (flow->next_event() <= now_) flow->handle(now_);
    }
  }
  now_ = end;
}

void Network::sample() {
  sample_at_ = now_ + 10ms;
  Sample sample{now_, link_.queue(now_), {}};
  for (const auto& flow : flows_) sample.targets_bps.push_back(flow->target_bps());
  samples_.push_back(std::move(sample));
}

}  // namespace confab::sim
