// Why a receiver is not sent more of a track than it is, for people: what a page shows beside a
// picture that is small or stands still.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::control {

enum class LayerReason : std::uint8_t {
  kNone,  // it is sent all there is
  kEstimate,
  kDraining,          // a queue in its link is let run empty
  kProbeWait,         // there may be room: it is tried, or was too little a moment ago
  kClientWish,        // paused by the client, or a lower layer wanted
  kPublisherOff,      // paused by the publisher
  kPublisherLimited,  // the publisher sends no higher layer
  kPausedEstimate,    // not even the lowest layer fits
  kServerLimit,       // its queue ran over
  kWaitingKeyFrame
};

constexpr std::string_view to_string(LayerReason reason) {
  switch (reason) {
    case LayerReason::kNone:
      return "none";
    case LayerReason::kEstimate:
      return "estimate";
    case LayerReason::kDraining:
      return "draining";
    case LayerReason::kProbeWait:
      return "probe_wait";
    case LayerReason::kClientWish:
      return "client_wish";
    case LayerReason::kPublisherOff:
      return "publisher_off";
    case LayerReason::kPublisherLimited:
      return "publisher_limited";
    case LayerReason::kPausedEstimate:
      return "paused_estimate";
    case LayerReason::kServerLimit:
      return "server_limit";
    case LayerReason::kWaitingKeyFrame:
      return "waiting_key_frame";
  }
  return "";
}

// Which stream, and how many of its frames; -1: nothing is sent.
struct LayerStats {
  std::int8_t current_spatial = -1;
  std::int8_t current_temporal = -1;
  std::int8_t target_spatial = -1;
  std::int8_t target_temporal = -1;
  std::uint32_t allotted_bps = 0;
  LayerReason reason = LayerReason::kNone;
};

// The link of a receiver, as congestion control sees it.
struct LinkStats {
  // Whether the receiver reports what reaches it; nothing else here means anything otherwise.
  bool is_known = false;
  std::uint32_t target_bps = 0;  // what it may be sent
  std::uint32_t sent_bps = 0;
  std::uint32_t needed_bps = 0;  // what all that it wants would take
  std::uint32_t network_queue_ms = 0;
  std::uint32_t server_queue_bytes = 0;
  std::uint16_t loss_permille = 0;
  std::string state;  // "normal", "overused", ... (cc::to_string)
  std::string cause;
};

}  // namespace confab::control
