// Keeps a receiver's sequence numbers without gaps and without repeats while the source behind
// them pauses, resumes or changes to another layer.
#pragma once

#include <cstdint>
#include <optional>

#include "rtc/rtp/types.h"

namespace confab::sfu {

class SequenceRewriter {
 public:
  explicit SequenceRewriter(rtp::SeqNo first) : last_out_(std::int64_t{first.value} - 1) {}

  // The stream goes on with this packet of the source (unwrapped): it gets the number after the
  // last one given out.
  void start_at(std::int64_t source_seq) {
    start_ = source_seq;
    offset_ = last_out_ + 1 - source_seq;
  }
  // Nothing for a packet from before the start: it belongs to what the receiver must not see. Needs
  // a start_at before.
  std::optional<rtp::SeqNo> map(std::int64_t source_seq) {
    if (source_seq < start_) return std::nullopt;
    const std::int64_t out = source_seq + offset_;
    if (out > last_out_) last_out_ = out;
    return rtp::to_seq(out);
  }
  // The number that the next start_at gives out, and what is added to the source's since the last.
  std::int64_t next() const { return last_out_ + 1; }
  std::int64_t offset() const { return offset_; }
  // The number that is meant by what a receiver says of it; from next() on it is one that was not
  // given out.
  std::int64_t unwrap(rtp::SeqNo out) const {
    return last_out_ + rtp::distance(rtp::to_seq(last_out_), out);
  }
  // How many packets behind the newest that was given out; not positive if it is not late.
  std::int64_t lateness(std::int64_t source_seq) const {
    return last_out_ - (source_seq + offset_);
  }

 private:
  std::int64_t last_out_;
  std::int64_t start_ = 0;
  std::int64_t offset_ = 0;
};

}  // namespace confab::sfu
