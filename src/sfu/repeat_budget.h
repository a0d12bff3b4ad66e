// How much may be repeated to one receiver: a share of what was sent to it of late. Behind a link
// that is full a receiver misses a third of everything and asks for each of it again and again;
// answered without limit that was five times the media, in the queue in which audio waits as well.
// Part of its ReceiverQueue.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace confab::sfu {

class RepeatBudget {
 public:
  // Media went out for the first time; `bytes` as it will be on the wire.
  void on_media(Instant now, std::size_t bytes) {
    if (now >= ages_at_) age(now);
    media_bytes_ += bytes;
  }
  // Whether so much may be repeated now, which is noted. Of the last of it only audio may take: it
  // needs little, and is missed more.
  bool take(Instant now, std::size_t bytes, bool is_audio);

 private:
  // Of what is lost once in five times all can be repeated until it arrives: 0.2 / (1 - 0.2).
  static constexpr std::uint64_t kShare = 4;
  // For streams that only begin, or send little: 16 packets.
  static constexpr std::uint64_t kFloorBytes = 20'000;
  // A second of opus at 5 % loss takes a tenth of it.
  static constexpr std::uint64_t kAudioBytes = 4'000;
  // Each second what came before counts half: about what was sent in the last two.
  static constexpr Duration kHalfLife = 1s;

  void age(Instant now);

  std::uint64_t media_bytes_ = 0;
  std::uint64_t repeated_bytes_ = 0;
  Instant ages_at_{};
};

}  // namespace confab::sfu
