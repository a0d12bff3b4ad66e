// How a receiver is served: what its link carries, and why it is not sent more of a track than it
// is, for people: what a page shows beside a picture that is small or stands still.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::control {

// Their numbers are on the wire between processes.
enum class LayerReason : std::uint8_t {
  kNone = 0,              // it is sent all there is
  kEstimate = 1,          // the link carries no more
  kDraining = 2,          // a queue in its link is let run empty
  kProbeWait = 3,         // there may be room: it is tried, or was too little a moment ago
  kClientWish = 4,        // paused by the client, or a lower layer wanted
  kPublisherOff = 5,      // paused by the publisher
  kPublisherLimited = 6,  // the publisher sends no higher layer
  kServerLimit = 7,       // its queue ran over
  kWaitingKeyFrame = 8,
  kPausedEstimate = 9,  // the link does not carry even the lowest layer: paused until it does
  kCount
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
    case LayerReason::kServerLimit:
      return "server_limit";
    case LayerReason::kWaitingKeyFrame:
      return "waiting_key_frame";
    case LayerReason::kPausedEstimate:
      return "paused_estimate";
    case LayerReason::kCount:
      break;
  }
  return "";
}

// What a receiver is told of by itself. Which reason of a kind it is changes from one moment to the
// next, and what is not its connection's it knows from elsewhere.
enum class LimitKind : std::uint8_t { kNotOfLink, kLink, kPausedByLink };
constexpr LimitKind limit_kind(LayerReason reason) {
  switch (reason) {
    case LayerReason::kEstimate:
    case LayerReason::kDraining:
    case LayerReason::kProbeWait:
    case LayerReason::kServerLimit:
      return LimitKind::kLink;
    case LayerReason::kPausedEstimate:
      return LimitKind::kPausedByLink;
    default:
      return LimitKind::kNotOfLink;
  }
}

// What is sent of a video: which stream, and up to which of its temporal layers; -1: nothing.
struct LayerStats {
  std::int8_t current_spatial = -1;
  std::int8_t current_temporal = -1;
  std::int8_t target_spatial = -1;
  std::int8_t target_temporal = -1;
  std::uint32_t allotted_bps = 0;  // of what the link carries; 0 where that is not shared out
  LayerReason reason = LayerReason::kNone;
};

// The link, as congestion control sees it.
struct LinkStats {
  // Whether the receiver reports what reaches it; where it does not the rest says little.
  bool is_known = false;
  std::uint32_t target_bps = 0;  // what it may be sent
  std::uint32_t sent_bps = 0;
  std::uint32_t network_queue_ms = 0;
  std::uint32_t server_queue_packets = 0;
  std::uint16_t loss_permille = 0;
  std::string state;  // "normal", "overused", ... (cc::to_string)
  std::string cause;  // of the target: "start", "delay", "loss", ...
};

}  // namespace confab::control
