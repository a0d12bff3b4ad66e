// The traffic that the benchmarks agree on: what one publisher sends, as sizes and times. 1.5
// Mbit/s of video in frames at 30 per second, cut into packets of equal size, and opus at 50
// packets per second. What the floor, the server under load and its peers are compared with is one
// pattern.
#pragma once

#include <cstddef>
#include <cstdint>

namespace confab::bench {

struct Traffic {
  std::size_t publishers = 1;
  std::size_t receivers = 100;  // each gets every publisher's packets but its own
  bool publishers_receive = false;
  std::size_t video_frame_bytes = 1'500'000 / 8 / 30;
  std::size_t video_packet_bytes = 1150;  // on the wire, at most
  std::size_t audio_packet_bytes = 120;
  double frames_per_second = 30;
  double audio_packets_per_second = 50;

  std::size_t packets_per_frame() const {
    return (video_frame_bytes + video_packet_bytes - 1) / video_packet_bytes;
  }
  // Even shares, as encoders' packetizers cut frames.
  std::size_t frame_packet_bytes() const {
    return (video_frame_bytes + packets_per_frame() - 1) / packets_per_frame();
  }
};

}  // namespace confab::bench
