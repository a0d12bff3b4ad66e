#include "sfu/packet_log.h"

#include <algorithm>
#include <utility>

namespace confab::sfu {
namespace {

constexpr Duration kTick = 100us;

std::uint32_t to_tick(Instant t) {
  return static_cast<std::uint32_t>(t.time_since_epoch() / kTick);
}
Duration since(std::uint32_t then, Instant now) {
  return static_cast<std::int64_t>(to_tick(now) - then) * kTick;
}

}  // namespace

void PacketLog::add(Instant now, const MediaPacket& packet) {
  if (packet.source.epoch != epoch_) {
    clear();
    epoch_ = packet.source.epoch;
  }
  const std::int64_t seq = packet.seq;
  if (is_held(seq)) return;
  if (slots_.empty()) slots_.resize(kSlotsFirst);
  let_go_of_old(now, keep_);
  if (held_ == 0) oldest_ = end_ = seq;
  // Late, and before all that is held: room for it only if the span allows.
  if (end_ - seq > static_cast<std::int64_t>(slots_.size())) return;
  make_room(seq);
  slot_of(seq) = {.packet = packet.packet,
                  .timestamp = packet.timestamp,
                  .added_at = to_tick(now),
                  .picture_id = packet.info.picture_id.value_or(0),
                  .tl0_pic_idx = packet.info.tl0_pic_idx.value_or(0),
                  .payload_type = packet.payload_type};
  ++held_;
  oldest_ = std::min(oldest_, seq);
  end_ = std::max(end_, seq + 1);
}

const PacketLog::Entry* PacketLog::find(Instant now, std::uint32_t epoch, std::int64_t seq) {
  if (epoch != epoch_ || !is_held(seq)) return nullptr;
  const Entry& slot = slot_of(seq);
  return since(slot.added_at, now) > keep_max_ ? nullptr : &slot;
}

void PacketLog::expire(Instant now) {
  let_go_of_old(now, keep_max_);
  // A quarter, so that a stream around a power of two does not resize again and again.
  const auto span = static_cast<std::size_t>(end_ - oldest_);
  if (slots_.size() > kSlotsFirst && span <= slots_.size() / 4) resize(slots_.size() / 2);
}

void PacketLog::let_go_of_old(Instant now, Duration keep) {
  while (oldest_ < end_) {
    Entry& slot = slot_of(oldest_);
    if (slot.packet) {
      if (since(slot.added_at, now) <= keep) return;
      release(slot);
    }
    ++oldest_;
  }
}

void PacketLog::clear() {
  for (; oldest_ < end_; ++oldest_) release(slot_of(oldest_));
  // A source that nobody receives takes nothing.
  if (slots_.size() > kSlotsFirst) slots_ = {};
}

void PacketLog::release(Entry& slot) {
  if (!slot.packet) return;
  slot.packet.reset();
  --held_;
}

void PacketLog::make_room(std::int64_t seq) {
  if (seq - oldest_ >= kSlotsMax) {
    // A jump, or more packets than the limit: the oldest go.
    const std::int64_t first_kept = seq - kSlotsMax + 1;
    for (; oldest_ < std::min(first_kept, end_); ++oldest_) release(slot_of(oldest_));
    oldest_ = std::max(oldest_, first_kept);
    if (held_ == 0) oldest_ = end_ = seq;
  }
  while (seq - oldest_ >= static_cast<std::int64_t>(slots_.size())) resize(slots_.size() * 2);
}

void PacketLog::resize(std::size_t slots) {
  std::vector<Entry> before(slots);
  before.swap(slots_);
  for (std::int64_t seq = oldest_; seq < end_; ++seq) {
    Entry& slot = before[static_cast<std::size_t>(seq) & (before.size() - 1)];
    if (slot.packet) std::swap(slot_of(seq), slot);
  }
}

}  // namespace confab::sfu
