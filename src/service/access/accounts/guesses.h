// How often somebody may be wrong: by address, and by the account that is meant. An attempt counts
// while it is looked at, so that many at once are no more than one after the other; one that was
// right is given back. Memory is bounded: when too many are about, those that come last share one.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

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

// Places from which an account was signed in to lately: where its owner is, in all likelihood.
// Memory is bounded: 10,000 accounts, of each the last eight, some 100 bytes a place.
class KnownPlaces {
 public:
  static constexpr std::size_t kAccountsMax = 10'000;
  static constexpr std::size_t kPlacesOfOneMax = 8;
  static constexpr Duration kKnownFor = std::chrono::days(30);

  bool knows(const std::string& account, const std::string& address, Instant now) const {
    const auto at = accounts_.find(account);
    if (at == accounts_.end()) return false;
    return std::ranges::any_of(at->second, [&](const Place& place) {
      return place.address == address && now - place.at < kKnownFor;
    });
  }
  void forget(const std::string& account) { accounts_.erase(account); }
  void remember(const std::string& account, const std::string& address, Instant now) {
    if (accounts_.size() >= kAccountsMax && !accounts_.contains(account)) forget_oldest();
    std::vector<Place>& places = accounts_[account];
    std::erase_if(places, [&](const Place& place) { return place.address == address; });
    if (places.size() >= kPlacesOfOneMax) places.erase(places.begin());
    places.push_back({address, now});
  }

 private:
  struct Place {
    std::string address;
    Instant at;
  };

  // Whose last sign-in is longest ago. Rare: the table is for more accounts than most servers have.
  void forget_oldest() {
    accounts_.erase(std::ranges::min_element(
        accounts_, {}, [](const auto& each) { return each.second.back().at; }));
  }

  std::unordered_map<std::string, std::vector<Place>> accounts_;
};

// Wrong passwords of one address: people who mistype, then one in 10 s.
inline constexpr call::Rate kWrongByAddress{10, 0.1};
// Of those, for one account: then one a minute.
inline constexpr call::Rate kWrongByPlace{10, 1.0 / 60};
// For one account, from wherever: 100, then one in 30 s, some 3,000 a day. It fills up faster than
// one address may take from it, so that who wants to lock somebody else out needs many; and where
// the account was signed in to lately, or is, it does not count.
inline constexpr call::Rate kWrongByAccount{100, 1.0 / 30};
// Right ones, each as much to compute and a session besides: an office that comes in the morning,
// and somebody on all their devices.
inline constexpr call::Rate kRightByAddress{100, 1};
inline constexpr call::Rate kRightByAccount{20, 1.0 / 60};

// Passwords that are tried. A right one takes nothing from the wrong ones, until there were too
// many right ones: from then on it counts as a wrong one does.
class Tries {
 public:
  enum class By : std::uint8_t { kPassword, kSession };
  struct Try {
    std::string address;
    std::string account;
    By by = By::kPassword;
    bool is_known = false;  // nobody else takes from what they have
  };
  // Nothing: too many were wrong. `by`: who is signed in is known wherever they are, and has tries
  // of their own, so that whoever has somebody's session guesses their password no faster.
  std::optional<Try> begin(std::string address, std::string account, Instant now,
                           By by = By::kPassword) {
    const bool is_known = by == By::kSession || known_.knows(account, address, now);
    if (!wrong_by_address_.take(address, now)) return std::nullopt;
    Try out{std::move(address), std::move(account), by, is_known};
    if (has_place(out) && !wrong_by_place_.take(place_of(out), now)) {
      wrong_by_address_.give_back(out.address, now);
      return std::nullopt;
    }
    if (is_known || wrong_by_account_.take(out.account, now)) return out;
    wrong_by_address_.give_back(out.address, now);
    wrong_by_place_.give_back(place_of(out), now);
    return std::nullopt;
  }
  // It could not be looked at.
  void give_back(const Try& tried, Instant now) {
    wrong_by_address_.give_back(tried.address, now);
    if (has_place(tried)) wrong_by_place_.give_back(place_of(tried), now);
    if (!tried.is_known) wrong_by_account_.give_back(tried.account, now);
  }
  // Somebody is in there, by whatever.
  void is_in(const std::string& address, const std::string& account, Instant now) {
    known_.remember(account, address, now);
  }
  void was_right(const Try& tried, Instant now) {
    is_in(tried.address, tried.account, now);
    if (!right_by_account_.take(tried.account, now)) return;
    if (right_by_address_.take(tried.address, now)) give_back(tried, now);
  }
  // Where they were is no longer where they are, in all likelihood.
  void forget(const std::string& account) { known_.forget(account); }
  // Of what no account is known for.
  Guesses& by_address() { return wrong_by_address_; }

 private:
  static bool has_place(const Try& tried) { return tried.by == By::kSession || !tried.is_known; }
  // A session is a place of its own, whatever address it is shown from.
  static std::string place_of(const Try& tried) {
    return (tried.by == By::kSession ? "session" : tried.address) + ' ' + tried.account;
  }

  KnownPlaces known_;
  Guesses wrong_by_address_{kWrongByAddress};
  Guesses wrong_by_place_{kWrongByPlace};
  Guesses wrong_by_account_{kWrongByAccount};
  Guesses right_by_address_{kRightByAddress};
  Guesses right_by_account_{kRightByAccount};
};

}  // namespace confab::access
