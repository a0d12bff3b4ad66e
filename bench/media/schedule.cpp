#include "bench/media/schedule.h"

namespace confab::bench {
namespace {

// A stream of video has to begin with a frame.
std::size_t first_frame_from(const Trace& trace, Duration at) {
  for (std::size_t i = 0; i < trace.packets.size(); ++i) {
    if (trace.packets[i].at >= at && trace.packets[i].starts_frame) return i;
  }
  return 0;
}

}  // namespace

Schedule::Schedule(const Trace& trace, std::size_t publishers) : trace_(trace) {
  for (std::size_t p = 0; p < publishers; ++p) {
    const Duration phase =
        trace.length * static_cast<std::int64_t>(p) / static_cast<std::int64_t>(publishers);
    const std::size_t index = first_frame_from(trace, phase);
    const Duration begin = trace.packets[index].at;
    // One that found no frame behind its place begins with the trace's first, a moment later.
    const Duration first = begin >= phase ? begin - phase : trace.length - phase;
    places_.push_back({.index = index, .lap_start = first - begin});
    queue_.push({first, p});
  }
}

DuePacket Schedule::take() {
  const Cursor due = queue_.top();
  queue_.pop();
  Place& place = places_[due.publisher];
  const TracePacket& packet = trace_.packets[place.index];
  const DuePacket taken{
      .publisher = due.publisher,
      .at = due.at,
      .media_time = place.lap_start + packet.frame_at,
      .packet = &packet,
  };
  if (++place.index == trace_.packets.size()) {
    place.index = 0;
    place.lap_start += trace_.length;
  }
  queue_.push({place.lap_start + trace_.packets[place.index].at, due.publisher});
  return taken;
}

}  // namespace confab::bench
