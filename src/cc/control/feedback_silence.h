// Nothing is heard of what is sent: the way there or back is broken, or full. The rate is halved
// again and again, so that a link that comes back is not buried; soon only audio goes on.
#pragma once

#include "base/instant.h"

namespace confab::cc {

class FeedbackSilence {
 public:
  void on_sent(Instant now) {
    if (since_ == kNever) since_ = now;
    last_sent_ = now;
  }
  void on_feedback() {
    since_ = kNever;
    halves_at_ = kNever;
  }
  // When something is to be done; kNever while nothing is outstanding.
  Instant next_timeout() const {
    if (since_ == kNever) return kNever;
    return halves_at_ == kNever ? since_ + kSilence : halves_at_;
  }
  // Whether the rate is to be halved now.
  bool handle_timeout(Instant now) {
    if (now < next_timeout()) return false;
    // That nothing is heard says nothing where nothing is said: what may be tried again is tried.
    if (now - last_sent_ >= kForgotten) {
      on_feedback();
      return false;
    }
    halves_at_ = now + kHalfLife;
    return true;
  }
  bool is_silent(Instant now) const { return since_ != kNever && now - since_ >= kSilence; }
  bool is_audio_only(Instant now) const { return since_ != kNever && now - since_ >= kAudioOnly; }

 private:
  static constexpr Duration kSilence = 1500ms;
  static constexpr Duration kHalfLife = 500ms;
  static constexpr Duration kAudioOnly = 3s;
  static constexpr Duration kForgotten = 4s;

  Instant since_ = kNever;  // the first packet sent after the last feedback
  Instant last_sent_{};
  Instant halves_at_ = kNever;
};

}  // namespace confab::cc
