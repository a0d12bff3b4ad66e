// Unpredictable bytes for keys, credentials and ids.
#pragma once

#include "base/random.h"

namespace confab {

// OpenSSL's generator behind a small buffer per thread, so that an id of 16 bytes does not pay for
// a call into it. Thread-safe. Stops the process if the system gives no randomness: to go on would
// be to hand out guessable keys.
class SecureRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace confab
