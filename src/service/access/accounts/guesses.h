// How often somebody may be wrong: by address, and by the account that is meant. An attempt counts
// while it is looked at, so that many at once are no more than one after the other; one that was
// right is given back. Memory is bounded: when too many are about, those that come last share one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

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

// Wrong passwords of one address: people who mistype, then one in 10 s.
inline constexpr call::Rate kWrongByAddress{10, 0.1};
// Of one account, from wherever: 20, then one a minute, some 1,500 a day. More would be a way to
// guess by many addresses, less one to lock somebody else out for long.
inline constexpr call::Rate kWrongByAccount{20, 1.0 / 60};
// Right ones, each as much to compute and a session besides: an office that comes in the morning,
// and somebody on all their devices.
inline constexpr call::Rate kRightByAddress{100, 1};
inline constexpr call::Rate kRightByAccount{20, 1.0 / 60};

// Passwords that are tried. A right one takes nothing from the wrong ones, until there were too
// many right ones: from then on it counts as a wrong one does.
class Tries {
 public:
  struct Try {
    std::string address;
    std::string account;
  };
  // Nothing: too many were wrong.
  std::optional<Try> begin(std::string address, std::string account, Instant now) {
    if (!wrong_by_address_.take(address, now)) return std::nullopt;
    if (wrong_by_account_.take(account, now)) return Try{std::move(address), std::move(account)};
    wrong_by_address_.give_back(address, now);
    return std::nullopt;
  }
  // It could not be looked at.
  void give_back(const Try& tried, Instant now) {
    wrong_by_address_.give_back(tried.address, now);
    wrong_by_account_.give_back(tried.account, now);
  }
  void was_right(const Try& tried, Instant now) {
    if (!right_by_account_.take(tried.account, now)) return;
    if (right_by_address_.take(tried.address, now)) give_back(tried, now);
  }
  // Of what no account is known for.
  Guesses& by_address() { return wrong_by_address_; }

 private:
  Guesses wrong_by_address_{kWrongByAddress};
  Guesses wrong_by_account_{kWrongByAccount};
  Guesses right_by_address_{kRightByAddress};
  Guesses right_by_account_{kRightByAccount};
};

}  // namespace confab::access
