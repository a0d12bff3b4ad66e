// A rate for each address (of IPv6: each /64), for what is asked before anybody is known by more
// than that. Memory is bounded: an address that has not asked for long is as one that never did,
// and when too many are about at once, those that come last share one rate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>

#include "base/instant.h"
#include "base/ip_prefix.h"
#include "call/rate_limit.h"

namespace confab::call {

class AddressRates {
 public:
  explicit AddressRates(Rate rate, std::size_t addresses_max = 10'000)
      : rate_(rate), addresses_max_(addresses_max), shared_{rate.burst, {}} {}

  bool has_some(const IpAddress& address, Instant now) { return refresh(address, now).tokens >= 1; }
  // False, and nothing taken, where there is none left.
  bool take(const IpAddress& address, Instant now) {
    Level& level = refresh(address, now);
    if (level.tokens < 1) return false;
    level.tokens -= 1;
    return true;
  }
  // How many this address has taken lately.
  double taken(const IpAddress& address, Instant now) {
    return rate_.burst - refresh(address, now).tokens;
  }

 private:
  struct Level {
    double tokens;
    Instant at;
  };

  double tokens_at(const Level& level, Instant now) const {
    return std::min(rate_.burst, level.tokens + to_seconds(now - level.at) * rate_.per_second);
  }
  void fill(Level& level, Instant now) const { level = {tokens_at(level, now), now}; }

  Level& refresh(const IpAddress& address, Instant now) {
    const IpAddress peer = peer_of(address);
    auto at = levels_.find(peer);
    if (at == levels_.end()) {
      if (levels_.size() >= addresses_max_) forget_idle(now);
      if (levels_.size() >= addresses_max_) {
        fill(shared_, now);
        return shared_;
      }
      at = levels_.emplace(peer, Level{rate_.burst, now}).first;
    }
    fill(at->second, now);
    return at->second;
  }

  // At most once a second: whoever makes the table full must not make it slow as well.
  void forget_idle(Instant now) {
    if (now < forget_at_) return;
    forget_at_ = now + 1s;
    std::erase_if(levels_,
                  [&](const auto& entry) { return tokens_at(entry.second, now) >= rate_.burst; });
  }

  const Rate rate_;
  const std::size_t addresses_max_;
  std::map<IpAddress, Level> levels_;
  Level shared_;
  Instant forget_at_{};
};

}  // namespace confab::call
