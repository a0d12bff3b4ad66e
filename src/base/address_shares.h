// How much of something limited each peer holds, so that the whole is never one peer's alone.
// Counts only; who asks decides what happens at the limit.
#pragma once

#include <cstddef>
#include <map>

#include "base/ip_prefix.h"

namespace confab {

class AddressShares {
 public:
  // `max`: what one peer (peer_of) may hold.
  explicit AddressShares(std::size_t max) : max_(max) {}

  bool has_room(const IpAddress& address, std::size_t amount = 1) const {
    return held(address) + amount <= max_;
  }
  // False: it has its share, and nothing is counted.
  bool take(const IpAddress& address, std::size_t amount = 1) {
    if (!has_room(address, amount)) return false;
    held_[peer_of(address)] += amount;
    return true;
  }
  void give_back(const IpAddress& address, std::size_t amount = 1) {
    const auto at = held_.find(peer_of(address));
    if (at == held_.end()) return;
    at->second -= at->second < amount ? at->second : amount;
    if (at->second == 0) held_.erase(at);
  }
  std::size_t held(const IpAddress& address) const {
    const auto at = held_.find(peer_of(address));
    return at == held_.end() ? 0 : at->second;
  }

 private:
  std::size_t max_;
  std::map<IpAddress, std::size_t> held_;  // no larger than what is held
};

}  // namespace confab
