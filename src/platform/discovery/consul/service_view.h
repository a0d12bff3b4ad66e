// What is believed of a service, over the agent's answers: a restarted agent knows nobody until
// they have registered again, and meanwhile nobody shall lose them. Sans-IO.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/instant.h"
#include "platform/discovery/discovery.h"

namespace confab::discovery::consul {

class ServiceView {
 public:
  // `is_afresh`: the agent may have forgotten. True when what is known changed.
  bool handle_instances(Instant now, std::vector<Instance> instances, bool is_afresh);
  // Lets go of those who did not come back.
  bool handle_timeout(Instant now);
  Instant next_timeout() const;

  // In the order of node and id.
  const std::vector<Instance>& known() const { return known_; }

  // They notice within a beat of three seconds, and ask again within two.
  static constexpr Duration kGrace = 10s;

 private:
  bool conclude(std::vector<Instance> instances);

  std::vector<Instance> known_;
  std::map<std::string, Instant> missed_until_;  // by id, of those that no answer names
  bool was_told_ = false;
};

}  // namespace confab::discovery::consul
