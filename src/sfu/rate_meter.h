// How much of something there was of late, in bits per second: a mean over one to two seconds.
#pragma once

#include <cstddef>

#include "base/instant.h"

namespace confab::sfu {

class RateMeter {
 public:
  void add(Instant now, std::size_t bytes) {
    if (now - from_ >= kSpan) {
      previous_bits_ = now - from_ < 2 * kSpan ? bits_ : 0;
      bits_ = 0;
      from_ = now;
    }
    bits_ += static_cast<double>(bytes) * 8;
  }
  double bps(Instant now) const {
    const Duration into = now - from_;
    if (into >= 2 * kSpan) return 0;
    if (into >= kSpan) return bits_ / to_seconds(into);
    return (previous_bits_ + bits_) / to_seconds(kSpan + into);
  }

 private:
  static constexpr Duration kSpan = 1s;

  double bits_ = 0;  // of the present span, and of the one before it
  double previous_bits_ = 0;
  Instant from_{};
};

}  // namespace confab::sfu
