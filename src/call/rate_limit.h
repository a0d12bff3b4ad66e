// Token buckets: a burst, then a steady rate. One set per connection, so that a flood costs only
// the one who sends it.
#pragma once

#include <algorithm>
#include <array>
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
    tokens_ = std::min(rate_.burst, tokens_ + to_seconds(now - at_) * rate_.per_second);
    at_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  Rate rate_;
  double tokens_;
  Instant at_;
};

enum class RequestKind : std::uint8_t { kJoin, kChat, kMedia, kOther };

// A join loads and announces; a chat line reaches everyone and the disk; entering a full room asks
// for hundreds of consumers at once (each a consume and a resume).
inline constexpr std::array<Rate, 4> kRequestRates{Rate{10, 1}, Rate{20, 2}, Rate{2000, 200},
                                                   Rate{60, 10}};

class RequestLimiter {
 public:
  explicit RequestLimiter(Instant now)
      : buckets_{TokenBucket{kRequestRates[0], now}, TokenBucket{kRequestRates[1], now},
                 TokenBucket{kRequestRates[2], now}, TokenBucket{kRequestRates[3], now}} {}

  bool take(RequestKind kind, Instant now) {
    return buckets_[static_cast<std::size_t>(kind)].take(now);
  }

 private:
  std::array<TokenBucket, 4> buckets_;
};

}  // namespace confab::call
