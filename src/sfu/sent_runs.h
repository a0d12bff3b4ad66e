// How the numbers that a receiver was given lead back to its sources' packets, so that what it asks
// for again is found in their logs. Each time a consumer begins or changes what it forwards, a run
// begins, in which everything is shifted by the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sfu/media_packet.h"

namespace confab::sfu {

class SentRuns {
 public:
  struct Run {
    std::int64_t first = 0;  // the number of its first packet, unwrapped
    // What was added to the source's.
    std::int64_t seq_offset = 0;
    SourceId source;
    std::uint32_t time_offset = 0;
    std::uint16_t picture_id_offset = 0;
    std::uint8_t tl0_pic_idx_offset = 0;
  };
  static_assert(sizeof(Run) == 32);

  // `run.first` is behind all that was given out before.
  void begin(const Run& run);
  // What the number was given out in; nullptr if that is too long ago.
  const Run* find(std::int64_t seq) const;

 private:
  // A run begins with a key frame, and those are 0.3 s apart at the least: 2 s.
  static constexpr std::size_t kRunsMax = 8;

  std::vector<Run> runs_;  // in order
};

}  // namespace confab::sfu
