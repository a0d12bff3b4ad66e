#include "sfu/rtx_history.h"

#include <algorithm>
#include <utility>

namespace confab::sfu {
namespace {

using Tick = std::uint32_t;

constexpr Duration kTick = 100us;
constexpr int kRequests = 10;
// Browsers ask again after 5 ms at the soonest; below this a round trip is no measure.
constexpr Duration kRttMin = 30ms;
// A request may be late by what jitter buffers and timers of the receiver add.
constexpr Duration kSlack = 200ms;

Tick to_tick(Instant t) {
  return static_cast<Tick>(t.time_since_epoch() / kTick);
}
Duration since(Tick then, Instant now) {
  return static_cast<std::int64_t>(to_tick(now) - then) * kTick;
}

constexpr Duration kRepeatTick = 1ms;

std::uint16_t to_repeat_tick(Instant t) {
  return static_cast<std::uint16_t>(t.time_since_epoch() / kRepeatTick);
}
Duration since_repeat(std::uint16_t then, Instant now) {
  return static_cast<std::uint16_t>(to_repeat_tick(now) - then) * kRepeatTick;
}

}  // namespace

void RtxHistory::add(Instant now, const EgressEntry& entry) {
  const std::int64_t seq = unwrapper_.unwrap(entry.seq);
  if (slots_.empty()) {
    slots_.resize(kSlotsFirst);
    oldest_ = end_ = seq;
  }
  let_go_of_old(now, keep_);
  if (held_ == 0) oldest_ = end_ = seq;
  // Late, and before all that is held: room for it only if the span allows.
  if (end_ - seq > static_cast<std::int64_t>(slots_.size())) return;
  make_room(seq);
  Slot& slot = slot_of(seq);
  release(slot);
  slot = {.packet = entry.packet,
          .timestamp = entry.timestamp,
          .sent_at = to_tick(now),
          .seq = entry.seq,
          .picture_id = entry.picture_id,
          .tl0_pic_idx = entry.tl0_pic_idx};
  stream_ = entry.stream;
  ++held_;
  oldest_ = std::min(oldest_, seq);
  end_ = std::max(end_, seq + 1);
  // What the next packet will need. With many receivers it is long out of the caches by then, and
  // too many places for the processor to foresee.
  __builtin_prefetch(&slot_of(oldest_ + 1), 1);
  __builtin_prefetch(&slot_of(seq + 1), 1);
}

std::optional<EgressEntry> RtxHistory::take(Instant now, rtp::SeqNo seq, Duration repeat_after) {
  if (held_ == 0) return std::nullopt;
  const std::int64_t wanted = unwrapper_.peek(seq);
  if (!is_held(wanted)) return std::nullopt;
  Slot& slot = slot_of(wanted);
  if (since(slot.sent_at, now) > keep_max_ || slot.repeats >= kRepeatsMax) return std::nullopt;
  if (slot.repeats > 0 && since_repeat(slot.repeated_at, now) < repeat_after) return std::nullopt;
  slot.repeated_at = to_repeat_tick(now);
  ++slot.repeats;
  EgressEntry entry;
  entry.packet = slot.packet;
  entry.stream = stream_;
  entry.timestamp = slot.timestamp;
  entry.seq = slot.seq;
  entry.picture_id = slot.picture_id;
  entry.tl0_pic_idx = slot.tl0_pic_idx;
  return entry;
}

void RtxHistory::set_rtt(Duration rtt) {
  keep_ = std::min(keep_max_, kRequests * std::max(rtt, kRttMin) + kSlack);
}

void RtxHistory::expire(Instant now) {
  let_go_of_old(now, keep_max_);
  // A quarter, so that a stream around a power of two does not resize again and again.
  const auto span = static_cast<std::size_t>(end_ - oldest_);
  if (slots_.size() > kSlotsFirst && span <= slots_.size() / 4) resize(slots_.size() / 2);
}

void RtxHistory::let_go_of_old(Instant now, Duration keep) {
  while (oldest_ < end_) {
    Slot& slot = slot_of(oldest_);
    if (slot.packet) {
      if (since(slot.sent_at, now) <= keep) return;
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
  if (!slot.packet) return;
  slot.packet.reset();
  --held_;
}

void RtxHistory::make_room(std::int64_t seq) {
  if (seq - oldest_ >= kSlotsMax) {
    // A jump, or more packets than the limit: the oldest go.
    const std::int64_t first_kept = seq - kSlotsMax + 1;
    for (; oldest_ < std::min(first_kept, end_); ++oldest_) release(slot_of(oldest_));
    oldest_ = std::max(oldest_, first_kept);
  }
  while (seq - oldest_ >= static_cast<std::int64_t>(slots_.size())) resize(slots_.size() * 2);
}

void RtxHistory::resize(std::size_t slots) {
  std::vector<Slot> before(slots);
  before.swap(slots_);
  for (std::int64_t seq = oldest_; seq < end_; ++seq) {
    Slot& slot = before[static_cast<std::size_t>(seq) & (before.size() - 1)];
    if (slot.packet) std::swap(slot_of(seq), slot);
  }
}

}  // namespace confab::sfu
