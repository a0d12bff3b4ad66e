// Flows that share one link, run in virtual time; looks at them every 10 ms.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/instant.h"
#include "sim/flow/flow.h"
#include "sim/link/link.h"

namespace confab::sim {

class Network {
 public:
  Network(const LinkProfile& profile, const std::vector<FlowOptions>& flows, std::uint64_t seed);

  void run_for(Duration span);
  // Of the link that is shared.
  void set_profile(const LinkProfile& profile) { link_.set_profile(now_, profile); }
  Instant now() const { return now_; }
  Flow& flow(std::size_t i = 0) { return *flows_[i]; }
  const Link& link() const { return link_; }

  struct Sample {
    Instant at;
    Duration queue;
    std::vector<double> targets_bps;  // by flow
  };
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  void sample();

  Instant now_ = Instant{} + 10s;
  Link link_;
  std::vector<std::unique_ptr<Flow>> flows_;
  Instant sample_at_ = now_;
  std::vector<Sample> samples_;
};

}  // namespace confab::sim
