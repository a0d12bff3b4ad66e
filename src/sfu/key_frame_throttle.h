// Decides when to ask a publisher's stream for a key frame: at once for the first who wants one,
// then not more often than an interval, again and again until it comes (requests are lost too).
#pragma once

#include <cstdint>

#include "base/instant.h"

namespace confab::sfu {

class KeyFrameThrottle {
 public:
  explicit KeyFrameThrottle(Duration interval) : interval_(interval) {}

  // Somebody needs a key frame.
  void want(Instant now) {
    tries_left_ = kTriesMax;
    if (due_ == kNever)
      due_ = sent_at_ == kNever || sent_at_ + interval_ < now ? now : sent_at_ + interval_;
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
    due_ = --tries_left_ > 0 ? now + interval_ : kNever;
    return true;
  }

 private:
  // A publisher that ignored so many has stopped, or sends no video.
  static constexpr std::uint32_t kTriesMax = 20;

  Duration interval_;
  Instant sent_at_ = kNever;
  Instant due_ = kNever;
  std::uint32_t tries_left_ = 0;
};

}  // namespace confab::sfu
