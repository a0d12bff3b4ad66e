// When the packets that wait for receivers leave (DESIGN §3.1). While there is little to do, at
// once, with one exception that costs nobody anything: the first packets of a frame wait up to
// `gather` for its last one, since no decoder can use them earlier and together they cost one send.
// Under load flushes keep a distance from each other, so that messages fill up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.h"

namespace confab::sfu {

class FlushClock {
 public:
  FlushClock(Duration gather, Duration spacing_under_load, Duration spacing_under_heavy_load)
      : gather_(gather), under_load_(spacing_under_load), heavy_(spacing_under_heavy_load) {}

  // A packet was queued. completes_frame: nothing that belongs to it is still to come.
  void on_packet(Instant now, bool completes_frame) {
    ++packets_;
    const Instant wanted = completes_frame ? now : now + gather_;
    due_ = std::min(due_, std::max(wanted, flushed_at_ + spacing_));
  }
  // kNever when nothing waits. Never later than gather or a spacing after the first packet.
  Instant due() const { return due_; }
  // Everything that was queued has left, but for what was more than a burst for its receiver: that
  // goes on at `more_at`.
  void on_flushed(Instant now, Instant more_at = kNever) {
    due_ = more_at == kNever ? kNever : std::max(more_at, now + spacing_);
    flushed_at_ = now;
    if (now - measured_since_ >= kMeasure) measure(now);
  }
  Duration spacing() const { return spacing_; }

 private:
  static constexpr Duration kMeasure = 100ms;
  // A send of its own costs about 2.2 us, so 20,000 packets/s are 4 % of a core: until there
  // nothing is gained by waiting. At 100,000/s a spacing of 2 ms halves what 1 ms costs.
  static constexpr std::int64_t kLoadPerSecond = 20'000;
  static constexpr std::int64_t kHeavyPerSecond = 100'000;

  void measure(Instant now) {
    const std::int64_t per_second =
        packets_ * 1'000 / std::max<std::int64_t>(to_ms(now - measured_since_), 1);
    spacing_ = per_second >= kHeavyPerSecond  ? heavy_
               : per_second >= kLoadPerSecond ? under_load_
                                              : Duration::zero();
    packets_ = 0;
    measured_since_ = now;
  }

  Duration gather_;
  Duration under_load_;
  Duration heavy_;
  Duration spacing_{};
  Instant flushed_at_{};
  Instant due_ = kNever;
  Instant measured_since_{};
  std::int64_t packets_ = 0;
};

}  // namespace confab::sfu
