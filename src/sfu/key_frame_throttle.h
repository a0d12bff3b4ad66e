// Decides when to ask a publisher's stream for a key frame: at once for the first who wants one,
// then not more often than an interval, again and again until it comes (requests are lost too). If
// they are wanted without end, whoever it is that wants them, the stream is asked once a second.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/allowance.h"
#include "base/instant.h"

namespace confab::sfu {

class KeyFrameThrottle {
 public:
  explicit KeyFrameThrottle(Duration interval) : interval_(interval) {}

  // Somebody needs a key frame.
  void want(Instant now) {
    tries_left_ = kTriesMax;
    if (due_ == kNever) due_ = std::max(now, soonest());
  }
  // One began to arrive: it serves everybody who wanted one.
  void on_key_frame() { due_ = kNever; }
  // Nobody wants one any more.
  void cancel() { due_ = kNever; }

  Instant next_timeout() const { return due_; }
  bool is_wanted() const { return due_ != kNever; }
  // True when a request is to be sent now.
  bool take_due(Instant now) {
    if (due_ > now) return false;
    sent_at_ = now;
    allowance_.take(now);
    due_ = --tries_left_ > 0 ? soonest() : kNever;
    return true;
  }

 private:
  // A publisher that ignored so many has stopped, or sends no video.
  static constexpr std::uint32_t kTriesMax = 20;
  // Three seconds of requests at the usual interval.
  static constexpr int kAtOnce = 10;

  Instant soonest() const {
    const Instant spaced = sent_at_ == kNever ? Instant{} : sent_at_ + interval_;
    return std::max(spaced, allowance_.next());
  }

  Duration interval_;
  Allowance allowance_{kAtOnce, 1s};
  Instant sent_at_ = kNever;
  Instant due_ = kNever;
  std::uint32_t tries_left_ = 0;
};

}  // namespace confab::sfu
