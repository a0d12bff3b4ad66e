// The way from one shard's thread to another's: a ring, and who is to be woken for it. Owned by the
// ShardHost that reads it, once both have stopped it may go.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "engine/packet_loop.h"
#include "engine/spsc_ring.h"
#include "sfu/pipe_message.h"

namespace confab::media {

class ShardPipe final : public sfu::PipeWriter {
 public:
  // `reader` is the loop of the reading shard.
  ShardPipe(std::uint8_t from, engine::PacketLoop& reader) : from_(from), reader_(reader) {}

  std::uint8_t from() const { return from_; }

  // ---- the writing shard's thread ----
  sfu::PipeMessage* begin(std::size_t spare) override { return ring_.begin(spare); }
  void commit() override { ring_.commit(); }
  // At the end of a turn: all that was committed sets out.
  void publish() {
    if (ring_.publish()) reader_.wake_if_asleep();
  }

  // ---- the reading shard's thread ----
  bool empty() const { return ring_.empty(); }
  // Hands out what has arrived, at most so many.
  template <typename Handle>
  void read(std::size_t max, Handle&& handle) {
    for (std::size_t i = 0; i < max; ++i) {
      const sfu::PipeMessage* message = ring_.front();
      if (message == nullptr) break;
      handle(*message);
      ring_.pop();
    }
    ring_.release();
  }

 private:
  std::uint8_t from_;
  engine::PacketLoop& reader_;
  engine::SpscRing<sfu::PipeMessage> ring_{limits::kPipeMessages};
};

}  // namespace confab::media
