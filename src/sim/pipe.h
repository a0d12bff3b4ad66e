// The way from one shard to another, in virtual time: so long, so many messages, in order. Made in
// one piece, so that the shards' own allocations can be counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/instant.h"
#include "sfu/pipe_message.h"

namespace confab::sim {

class Pipe final : public sfu::PipeWriter {
 public:
  // `now` is the world's clock.
  Pipe(std::uint8_t from_shard, std::uint8_t to_shard, Duration delay, std::size_t messages,
       const Instant& now)
      : from(from_shard), to(to_shard), delay_(delay), now_(now), slots_(messages) {}

  sfu::PipeMessage* begin(std::size_t spare) override {
    return used_ + spare < slots_.size() ? &slot(used_).message : nullptr;
  }
  void commit() override {
    slot(used_++).arrives_at = now_ + delay_;
    ++committed_;
  }
  std::uint64_t committed() const { return committed_; }

  // When the first message arrives; kNever if there is none.
  Instant next_arrival() const { return used_ > 0 ? slots_[first_].arrives_at : kNever; }
  const sfu::PipeMessage& front() const { return slots_[first_].message; }
  void pop() {
    CHECK(used_ > 0);
    first_ = (first_ + 1) % slots_.size();
    --used_;
  }
  // What is sent from now on takes so long.
  void set_delay(Duration delay) { delay_ = delay; }

  const std::uint8_t from;
  const std::uint8_t to;

 private:
  struct Slot {
    Instant arrives_at{};
    sfu::PipeMessage message;
  };
  Slot& slot(std::size_t i) { return slots_[(first_ + i) % slots_.size()]; }

  Duration delay_;
  const Instant& now_;
  std::vector<Slot> slots_;
  std::size_t first_ = 0;
  std::size_t used_ = 0;
  std::uint64_t committed_ = 0;
};

}  // namespace confab::sim
