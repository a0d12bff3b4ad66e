// What a publisher sends and how the server was told about it: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::client {

// Ids of header extensions as signaled; 0 is not negotiated.
struct ExtensionIds {
  std::uint8_t mid = 0;
  std::uint8_t rid = 0;
  std::uint8_t repaired_rid = 0;
  std::uint8_t abs_send_time = 0;
  std::uint8_t transport_cc = 0;
  std::uint8_t audio_level = 0;
};

// One RTP stream with the one that repairs it.
struct StreamConfig {
  rtp::Ssrc ssrc;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  rtp::Ssrc rtx_ssrc;  // 0: no retransmission
  std::uint8_t rtx_payload_type = 0;
  std::string mid;
  std::string rid;  // empty: not simulcast
  ExtensionIds extensions;
};

struct AudioTrack {
  StreamConfig stream;
  std::size_t payload_bytes = 100;
  Duration interval = 20ms;
  // When the first packet is due after the start: publishers' clocks are not in step.
  Duration phase{};
};

struct VideoLayer {
  StreamConfig stream;
  std::uint32_t bitrate_bps = 1'500'000;  // of payload
};

// Frames of equal size, each cut into even packets that leave together, as browsers' do; key frames
// are no larger, so that the rate is the same in every run.
struct VideoTrack {
  std::vector<VideoLayer> layers;  // lowest first; more than one is simulcast
  std::uint32_t frames_per_second = 30;
  std::size_t payload_bytes_max = 1100;
  Duration phase{};
};

}  // namespace confab::client
