// What a publisher sends and when, packet by packet: read from a recording of a browser, or made of
// equal bursts. Played in a circle.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/instant.h"

namespace confab::bench {

struct TracePacket {
  Duration at{};        // since the start of the trace
  Duration frame_at{};  // of its frame's first packet
  bool is_video = true;
  bool starts_frame = false;
  bool marker = false;      // the last of its frame
  std::uint16_t bytes = 0;  // the whole SRTP packet
};

struct Trace {
  std::vector<TracePacket> packets;  // by time; the first one starts a frame of video
  Duration length{};

  bool has_audio() const;
};

// A frame of `packets` equal packets at each tick.
Trace make_bursts(std::size_t packets, std::uint16_t bytes, Duration tick);

// What bench/data/record.mjs writes: lines of `kind,offset_us,bytes,marker` with kind `audio` or
// `video`; lines with # are passed over. kInvalidArgument says which line makes no sense.
Result<Trace> read_trace(const std::string& path);

}  // namespace confab::bench
