// Whether much less is sent than may be: then the link was not tried, and that nothing bad happens
// says nothing of a higher rate. Counts in a budget of half a second that fills at 65 % of the
// target and is spent by what is sent.
#pragma once

#include <cstddef>

#include "base/instant.h"

namespace confab::cc {

class ApplicationLimit {
 public:
  void set_target(double target_bps) { target_bps_ = target_bps; }
  void on_sent(Instant now, std::size_t bytes);
  bool is_limited() const { return limited_; }

 private:
  double target_bps_ = 0;
  double budget_bytes_ = 0;
  Instant at_{};
  bool started_ = false;
  bool limited_ = false;
};

}  // namespace confab::cc
