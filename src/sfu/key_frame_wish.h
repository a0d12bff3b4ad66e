// A receiver's wishes for a key frame. Each costs everybody who watches the same stream five to ten
// times a usual frame, so one receiver can not have them as often as it likes: some at once, as a
// start over a bad network takes, then one in a while. A wish that has not been served is one,
// however often it is said.
#pragma once

#include "base/allowance.h"
#include "base/instant.h"

namespace confab::sfu {

class KeyFrameWish {
 public:
  // Whether it is to be passed on.
  bool say(Instant now) {
    if (!is_open_) is_open_ = allowance_.take(now);
    return is_open_;
  }
  // A key frame was sent to this receiver.
  void on_key_frame() { is_open_ = false; }

 private:
  static constexpr int kAtOnce = 5;
  static constexpr Duration kInterval = 3s;

  Allowance allowance_{kAtOnce, kInterval};
  bool is_open_ = false;
};

}  // namespace confab::sfu
