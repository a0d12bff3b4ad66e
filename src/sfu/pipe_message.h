// What shards of one server say to each other about a meeting that is on both, and the seam it goes
// through. The engine's side is a bounded ring from thread to thread, the simulator's a queue with
// a delay; messages arrive in the order in which they were committed, or not at all (PipeTransport
// decides what may be left out).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/ids.h"
#include "base/limits.h"
#include "sfu/media_packet.h"
#include "sfu/report_clock.h"
#include "sfu/source.h"

namespace confab::sfu {

// ---- from the shard of the publisher ----

// One packet; its bytes stand in PipeMessage::bytes.
struct PipedMedia {
  MediaFacts facts;
  std::uint16_t size = 0;
  std::int64_t received_ns = 0;  // PacketRef's
  // Packets of this stream before it found no room.
  bool is_after_gap = false;
};
// How a producer stands, all of it: what was said before is void.
struct PipedState {
  bool paused = false;
  LayerMask alive = 0;
  LayerBps rates{};
  ParticipantClock participant_clock;
  std::array<std::optional<ReportClock>, limits::kEncodingsPerProducer> report_clocks;
};
// The producer is gone.
struct PipedEnd {};
// A level that a publisher stated (RFC 6464); to the shard that tells who speaks.
struct PipedLevel {
  std::int8_t level_dbov = -127;
};

// ---- to the shard of the publisher ----

// What the consumers over there want of a producer.
struct PipeWish {
  LayerMask wanted = 0;      // which streams to send: all of it, every time
  LayerMask key_frames = 0;  // of which streams a key frame is needed now
  // The producer is new over there: nobody has told how it stands.
  bool asks_state = false;
};

struct PipeMessage {
  MeetingId meeting;
  ProducerId producer;
  std::variant<PipedMedia, PipedState, PipedEnd, PipedLevel, PipeWish> body;
  // Not initialised, so that a message without a packet touches no more than it needs.
  std::array<std::uint8_t, limits::kPacketBytes> bytes;
};

// The sending end of the way to one other shard. Used on the sending shard's thread.
class PipeWriter {
 public:
  virtual ~PipeWriter() = default;
  // Room for the next message, to be filled in; nullptr unless more than `spare` places are free.
  // Whatever stood there is gone. Given up if commit() is not called before the next begin().
  virtual PipeMessage* begin(std::size_t spare) = 0;
  // The message is complete.
  virtual void commit() = 0;
};

}  // namespace confab::sfu
