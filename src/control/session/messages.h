// What a signaling node (an owner of meetings) and a media node say to each other on their stream,
// as plain values: the commands, results and events of control/media.h, and what keeps the two in
// step. proto/confab/media/v1 is how they look on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/instant.h"
#include "control/media.h"

namespace confab::control {

// 64 random bits of a process, and of an owner's link to a media node: the same node number with
// another boot means that everything that was there is gone.
using Boot = std::uint64_t;

// Raised when a message changes its meaning, or there are commands that a release did not know.
// Each side speaks all from the one to the other; the highest that both know is spoken.
inline constexpr std::uint32_t kVersionMin = 1;
inline constexpr std::uint32_t kVersionMax = 1;
struct Versions {
  std::uint32_t min = kVersionMin;
  std::uint32_t max = kVersionMax;
};

struct OwnerHello {
  std::uint16_t node = 0;
  Boot boot = 0;
  std::uint32_t version_min = kVersionMin;
  std::uint32_t version_max = kVersionMax;
  ortc::CapabilitiesHash codec_hash = 0;  // of what routers are made with: the same everywhere
  std::string region;
  Instant clock{};  // as Beat's
};

// How much a media node has to do.
struct Load {
  std::uint32_t transports = 0;
  std::uint32_t meetings = 0;
  Duration lag{};            // how much later than it wished its loop came to the last beat
  bool is_draining = false;  // it takes no new meetings
  bool is_leaving = false;   // and wants those that it has to be taken elsewhere, now
};

struct Beat {
  std::uint64_t number = 0;
  Load load;        // of a media node
  Instant clock{};  // of an owner, as it stood when this was sent: deadlines are told by it
};

// What need not be kept to be sent again: events up to `seq`, results of requests below `settled`.
struct Ack {
  std::uint64_t seq = 0;
  RequestId settled = 0;
};

struct MediaHello {
  std::uint16_t node = 0;
  Boot boot = 0;
  std::uint32_t version = kVersionMax;  // that is spoken
  std::uint32_t shards = 0;
  std::string region;
  std::string build;
  bool is_resumed = false;  // what this boot of the owner has there is still there
  ortc::CapabilitiesHash codec_hash = 0;
};

// Counted for each boot of an owner, over all its streams.
struct NumberedEvent {
  std::uint64_t seq = 0;
  MediaEvent event;
};

using ToMedia = std::variant<OwnerHello, MediaCommand, Beat, Ack>;
using FromMedia = std::variant<MediaHello, MediaCompletion, NumberedEvent, Beat>;

}  // namespace confab::control
