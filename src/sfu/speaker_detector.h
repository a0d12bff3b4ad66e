// Who speaks in a meeting, by the audio levels that publishers state in every packet (RFC 6464).
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "control/media.h"

namespace confab::sfu {

class SpeakerDetector {
 public:
  explicit SpeakerDetector(Duration interval) : interval_(interval) {}

  // The producer is gone.
  void remove(ProducerId producer);
  // One audio packet's level: -127 (silence) to 0. Who is not heard for an interval is forgotten,
  // be it a producer of this shard or of another.
  void on_level(Instant now, ProducerId producer, std::int8_t level_dbov);

  // When to call poll; kNever while nothing was heard.
  Instant next_timeout() const { return due_; }
  // At the end of an interval: who spoke in it, loudest first. False when that is nothing new: the
  // same people in the same order, nobody louder or less loud than was told by 6 dB or more.
  bool poll(Instant now, control::ActiveSpeakers& out);
  std::size_t size() const { return sources_.size(); }

 private:
  struct Source {
    ProducerId producer;
    std::int32_t sum_dbov = 0;
    std::int32_t packets = 0;
  };

  Duration interval_;
  std::vector<Source> sources_;
  std::vector<control::AudioLevel> loudest_;  // scratch
  std::vector<control::AudioLevel> told_;     // last
  Instant due_ = kNever;
};

}  // namespace confab::sfu
