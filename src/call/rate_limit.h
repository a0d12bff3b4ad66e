// How much one may ask and say. Token buckets: a burst, then a steady rate. Those of a connection
// make a flood cost only the one who sends it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace confab::call {

struct Rate {
  double burst = 1;
  double per_second = 1;
};

class TokenBucket {
 public:
  TokenBucket(Rate rate, Instant now) : rate_(rate), tokens_(rate.burst), at_(now) {}

  bool take(Instant now) {
    if (level(now) < 1) return false;
    tokens_ -= 1;
    return true;
  }

  // ---- for what has its price only afterwards, or can not be refused ----
  // Spent while something is left, then below zero; no deeper than a burst, so that nobody is
  // silenced for longer than it takes to fill up twice.
  bool has_some(Instant now) { return level(now) > 0; }
  void charge(double price, Instant now) { tokens_ = std::max(level(now) - price, -rate_.burst); }
  // When it has some again.
  Instant ready_at(Instant now) {
    const double missing = -level(now);
    if (missing < 0) return now;
    return now +
           std::chrono::duration_cast<Duration>(
               std::chrono::duration<double>(missing / rate_.per_second)) +
           1ms;
  }

 private:
  double level(Instant now) {
    tokens_ = std::min(rate_.burst, tokens_ + to_seconds(now - at_) * rate_.per_second);
    at_ = now;
    return tokens_;
  }

  Rate rate_;
  double tokens_;
  Instant at_;
};

// ---- requests ----

enum class RequestKind : std::uint8_t { kJoin, kChat, kMedia, kOther, kReport };

// A join loads and announces; a chat line reaches everyone and the disk; entering a full room asks
// for hundreds of consumers at once (each a consume and a resume). A client reports twice a minute,
// and once more for each step of its join.
inline constexpr std::array<Rate, 5> kRequestRates{Rate{10, 1}, Rate{20, 2}, Rate{2000, 200},
                                                   Rate{60, 10}, Rate{10, 0.1}};

class RequestLimiter {
 public:
  explicit RequestLimiter(Instant now)
      : buckets_{TokenBucket{kRequestRates[0], now}, TokenBucket{kRequestRates[1], now},
                 TokenBucket{kRequestRates[2], now}, TokenBucket{kRequestRates[3], now},
                 TokenBucket{kRequestRates[4], now}} {}

  bool take(RequestKind kind, Instant now) {
    return buckets_[static_cast<std::size_t>(kind)].take(now);
  }

 private:
  std::array<TokenBucket, 5> buckets_;
};

// In bytes of large answers: three joins to a meeting of 500 (300 kB each), or fifteen with the
// most chat that one page holds; then one of either in a few seconds.
inline constexpr Rate kAnswerRate{1'000'000, 128'000};

// ---- announcements: what a request makes us tell everybody else ----

// In announcements to 200 or fewer; each 200 more that hear it cost as much again. A small meeting
// is no cheaper, since there it is the reader who has to keep up.
inline constexpr double kAudience = 200;
constexpr double announcement_price(std::size_t recipients) {
  return recipients == 0 ? 0 : std::max(1.0, static_cast<double>(recipients) / kAudience);
}

// Of one participant: in a meeting of 500 it is 40 at once (a join, four producers, and again when
// media is set up anew), then 10 a second, for which we write 5,000 messages.
inline constexpr Rate kAnnouncementRate{100, 25};

// Of a meeting: everybody comes back at once after a restart, each with a join and two producers.
// Then 250 a second: what a page can draw, and 50,000 messages a second of ours.
constexpr Rate meeting_announcement_rate(std::size_t participants_max) {
  const auto all = static_cast<double>(participants_max);
  return {std::max(1000.0, 3 * all * announcement_price(participants_max)), 250};
}

// Of what only the last state matters (muted, renamed, reconnecting), the first change of a
// participant is told at once and the next ones this far apart: quicker than anybody looks.
inline constexpr Duration kStateInterval = 100ms;

}  // namespace confab::call
