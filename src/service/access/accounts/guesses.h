// How often somebody may be wrong: by address, and by the account that is meant. An attempt counts
// while it is looked at, so that many at once are no more than one after the other; one that was
// right is given back. Memory is bounded: when too many are about, those that come last share one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/instant.h"
#include "call/rate_limit.h"

namespace confab::access {

class Guesses {
 public:
  explicit Guesses(call::Rate rate, std::size_t keys_max = 10'000)
      : rate_(rate), keys_max_(keys_max), shared_{rate.burst, {}} {}

  // False, and nothing taken, where there is none left.
  bool take(const std::string& key, Instant now) {
    Level& level = refresh(key, now);
    if (level.left < 1) return false;
    level.left -= 1;
    return true;
  }
  void give_back(const std::string& key, Instant now) {
    Level& level = refresh(key, now);
    level.left = std::min(rate_.burst, level.left + 1);
  }

 private:
  struct Level {
    double left;
    Instant at;
  };

  double left_at(const Level& level, Instant now) const {
    return std::min(rate_.burst, level.left + to_seconds(now - level.at) * rate_.per_second);
  }

  Level& refresh(const std::string& key, Instant now) {
    auto at = levels_.find(key);
    if (at == levels_.end()) {
      if (levels_.size() >= keys_max_) forget_idle(now);
      at = levels_.size() >= keys_max_ ? levels_.end()
                                       : levels_.emplace(key, Level{rate_.burst, now}).first;
    }
    Level& level = at == levels_.end() ? shared_ : at->second;
    level = {left_at(level, now), now};
    return level;
  }

  // At most once a second: whoever makes the table full must not make it slow as well.
  void forget_idle(Instant now) {
    if (now < forget_at_) return;
    forget_at_ = now + 1s;
    std::erase_if(levels_,
                  [&](const auto& entry) { return left_at(entry.second, now) >= rate_.burst; });
  }

  const call::Rate rate_;
  const std::size_t keys_max_;
  std::unordered_map<std::string, Level> levels_;
  Level shared_;
  Instant forget_at_{};
};

}  // namespace confab::access
