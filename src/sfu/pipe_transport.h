// The way from this shard to another of the same server, for all meetings that are on both. What
// may be lost and what may not is settled here:
//
//   packets, audio levels   dropped and counted when the other side is slow (kPipeFull)
//   everything else         is state, not events: who has something to say waits for room in
//                           line here, and says how things stand by then
//
// A part of the ring is kept for the latter, so that packets can not shut it out. Owned by the
// ShardContext; outlives everything that speaks through it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "sfu/counters.h"
#include "sfu/pipe_message.h"

namespace confab::sfu {

// One of the two ends of a producer's pipe: whoever has state to tell the other shard.
class PipeEnd {
 public:
  PipeEnd(const PipeEnd&) = delete;
  PipeEnd& operator=(const PipeEnd&) = delete;
  // Says what has changed, if anything has. False if there was no room: it will be asked again.
  virtual bool say() = 0;

 protected:
  PipeEnd() = default;
  ~PipeEnd() = default;

 private:
  friend class PipeTransport;
  bool is_in_line_ = false;
};

class PipeTransport {
 public:
  // `peer` is the other shard's number.
  PipeTransport(std::uint8_t peer, PipeWriter& writer, ShardCounters& counters)
      : peer_(peer), writer_(writer), counters_(counters) {}
  PipeTransport(const PipeTransport&) = delete;
  PipeTransport& operator=(const PipeTransport&) = delete;

  std::uint8_t peer() const { return peer_; }

  // ---- what may be lost ----
  // Room for a packet, to be finished by commit_media; nullptr, and counted, if there is none.
  PipeMessage* begin_media();
  void commit_media();
  void send_level(const MeetingId& meeting, const ProducerId& producer, std::int8_t level_dbov);

  // ---- what may not ----
  // Puts the end in line: say() is called at the end of the turn.
  void wait(PipeEnd& end);
  // The end goes away.
  void forget(PipeEnd& end);
  // Tells that a producer of this shard is gone, when there is room.
  void tell_end(const MeetingId& meeting, const ProducerId& producer);
  // False if there is no room.
  template <typename State>
  bool say(const MeetingId& meeting, const ProducerId& producer, const State& state) {
    PipeMessage* message = writer_.begin(0);
    if (message == nullptr) return false;
    message->meeting = meeting;
    message->producer = producer;
    message->body = state;
    writer_.commit();
    return true;
  }

  // Says what waits, as far as there is room: at the end of each turn.
  void flush(Instant now);
  // When to flush again although nothing else happens.
  Instant next_timeout() const { return flush_at_; }

 private:
  struct Ended {
    MeetingId meeting;
    ProducerId producer;
  };

  std::uint8_t peer_;
  PipeWriter& writer_;
  ShardCounters& counters_;
  std::vector<PipeEnd*> line_;
  std::vector<Ended> ended_;
  Instant flush_at_ = kNever;
};

}  // namespace confab::sfu
