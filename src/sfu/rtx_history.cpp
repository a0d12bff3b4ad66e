#include "sfu/rtx_history.h"

#include <algorithm>

namespace confab::sfu {

void RtxHistory::add(Instant now, const EgressEntry& entry) {
  const std::int64_t seq = unwrapper_.unwrap(entry.seq);
  if (slots_.empty()) {
    slots_.resize(kSlotsFirst);
    oldest_ = end_ = seq;
  }
  expire(now);
  if (held_ == 0) oldest_ = end_ = seq;
  if (seq < oldest_) {
    // Late, and before all that is held: room for it only if the span allows.
    if (end_ - seq > static_cast<std::int64_t>(slots_.size())) return;
    oldest_ = seq;
  }
  make_room(now, seq);
  Slot& slot = slot_of(seq);
  release(slot);
  slot.entry = entry;
  slot.seq = seq;
  slot.sent_at = now;
  slot.repeated_at = Instant::min();
  slot.repeats = 0;
  ++held_;
  end_ = std::max(end_, seq + 1);
}

const EgressEntry* RtxHistory::take(Instant now, rtp::SeqNo seq, Duration repeat_after) {
  if (held_ == 0) return nullptr;
  const std::int64_t wanted = unwrapper_.peek(seq);
  Slot& slot = slot_of(wanted);
  if (slot.seq != wanted || now - slot.sent_at > keep_) return nullptr;
  if (slot.repeated_at != Instant::min() && now - slot.repeated_at < repeat_after) return nullptr;
  if (slot.repeats >= kRepeatsMax) return nullptr;
  slot.repeated_at = now;
  ++slot.repeats;
  return &slot.entry;
}

void RtxHistory::expire(Instant now) {
  while (oldest_ < end_) {
    Slot& slot = slot_of(oldest_);
    if (slot.seq == oldest_) {
      if (now - slot.sent_at <= keep_) return;
      release(slot);
    }
    ++oldest_;
  }
}

void RtxHistory::clear() {
  for (Slot& slot : slots_) release(slot);
  oldest_ = end_;
}

void RtxHistory::release(Slot& slot) {
  if (slot.seq == kEmpty) return;
  slot.entry = {};
  slot.seq = kEmpty;
  --held_;
}

void RtxHistory::make_room(Instant now, std::int64_t seq) {
  if (seq - oldest_ >= static_cast<std::int64_t>(kSlotsMax)) {
    // A jump, or more packets than the limit: the oldest go.
    const std::int64_t first_kept = seq - kSlotsMax + 1;
    for (; oldest_ < std::min(first_kept, end_); ++oldest_) {
      if (slot_of(oldest_).seq == oldest_) release(slot_of(oldest_));
    }
    oldest_ = std::max(oldest_, first_kept);
  }
  expire(now);
  while (seq - oldest_ >= static_cast<std::int64_t>(slots_.size())) grow();
}

void RtxHistory::grow() {
  std::vector<Slot> smaller(slots_.size() * 2);
  smaller.swap(slots_);
  for (Slot& slot : smaller) {
    if (slot.seq != kEmpty) std::swap(slot_of(slot.seq), slot);
  }
}

}  // namespace confab::sfu
