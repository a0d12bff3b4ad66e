// How long a stream stays away from a receiver whose queue ran over. Dropping packets one by one
// would break every frame of every stream, and each receiver would ask for all of them again: the
// less there is to send with, the more there would be to send. A stream that steps back whole, and
// comes back with a key frame, costs nobody else anything. If it was too early, it stays away twice
// as long. A late core runs over for everybody at once, so breaks differ by up to a half, or all
// would come back at once as well.
#pragma once

#include <algorithm>

#include "base/instant.h"
#include "base/random.h"

namespace confab::sfu {

class OverloadBreak {
 public:
  // There was no room.
  void begin(Instant now, Random& random) {
    const bool again = until_ != Instant{} && now - until_ < kCalm;
    length_ = again ? std::min(2 * length_, kLongest) : kShortest;
    until_ = now + length_ + length_ * random.between(0, 500) / 1000;
  }
  bool is_over(Instant now) const { return now >= until_; }

 private:
  static constexpr Duration kShortest = 1s;
  static constexpr Duration kLongest = 8s;
  // Who held out so long had come back to enough room.
  static constexpr Duration kCalm = 10s;

  Instant until_{};  // of the last one
  Duration length_{};
};

}  // namespace confab::sfu
