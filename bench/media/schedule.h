// Which publisher's packet is due next, where all play one trace in a circle, each from another
// place of it: browsers' clocks are not in step.
#pragma once

#include <cstddef>
#include <queue>
#include <vector>

#include "base/instant.h"
#include "bench/media/trace.h"

namespace confab::bench {

struct DuePacket {
  std::size_t publisher = 0;
  Duration at{};          // since the schedule's start
  Duration media_time{};  // of its frame, since the schedule's start
  const TracePacket* packet = nullptr;
};

class Schedule {
 public:
  // `trace` outlives the schedule.
  Schedule(const Trace& trace, std::size_t publishers);

  Duration next_at() const { return queue_.top().at; }
  std::size_t next_publisher() const { return queue_.top().publisher; }
  DuePacket take();

 private:
  struct Cursor {
    Duration at;
    std::size_t publisher;
    bool operator<(const Cursor& other) const {
      return at != other.at ? at > other.at : publisher > other.publisher;
    }
  };
  struct Place {
    std::size_t index = 0;  // in the trace
    Duration lap_start{};   // when this publisher passed the start of the trace; may be before 0
  };

  const Trace& trace_;
  std::vector<Place> places_;
  std::priority_queue<Cursor> queue_;
};

}  // namespace confab::bench
