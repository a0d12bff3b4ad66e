// How often something may be asked for: so many at once, then one in each interval. Holds the
// moment at which it will be whole again (the generic cell rate algorithm of ITU-T I.371).
#pragma once

#include <algorithm>

#include "base/instant.h"

namespace confab {

class Allowance {
 public:
  constexpr Allowance(int at_once, Duration interval)
      : tolerance_((at_once - 1) * interval), interval_(interval) {}

  // When the next may be taken at the soonest.
  Instant next() const { return whole_at_ - tolerance_; }
  // Whether one may be taken now; it is taken.
  bool take(Instant now) {
    if (now < next()) return false;
    whole_at_ = std::max(whole_at_, now) + interval_;
    return true;
  }

 private:
  Duration tolerance_;
  Duration interval_;
  Instant whole_at_{};
};

}  // namespace confab
