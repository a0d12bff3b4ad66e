// RFC 4571 framing, as ICE-TCP uses it (RFC 6544 §10.1): each packet in a stream is preceded by its
// length in 16 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace confab::engine {

// Cuts a stream into frames. Sans-IO; owned by one TCP connection.
class FrameReader {
 public:
  // Frames above `frame_bytes_max` break the stream: the peer does not speak RFC 4571.
  explicit FrameReader(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  // Calls on_frame(ByteView) for each whole frame; empty frames are passed over. False once the
  // stream is broken; it stays so.
  template <typename OnFrame>
  bool read(ByteView stream, OnFrame&& on_frame) {
    while (!broken_ && !stream.empty()) {
      const ByteView frame = next(stream);
      if (!frame.empty()) on_frame(frame);
    }
    return !broken_;
  }

 private:
  // Takes bytes off `stream`; a whole frame, or nothing when it is not complete yet.
  ByteView next(ByteView& stream);

  std::size_t frame_bytes_max_;
  std::vector<std::uint8_t> partial_;  // header and body of a frame that came in pieces
  bool broken_ = false;
};

}  // namespace confab::engine
