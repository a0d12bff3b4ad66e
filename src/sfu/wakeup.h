// Wakes whoever has a timer in the shard's wheel for its parts, which have none.
#pragma once

#include "base/instant.h"

namespace confab::sfu {

class Wakeup {
 public:
  // By then at the latest.
  virtual void schedule(Instant at) = 0;

 protected:
  ~Wakeup() = default;
};

}  // namespace confab::sfu
