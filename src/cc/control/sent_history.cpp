#include "cc/control/sent_history.h"

#include <algorithm>

namespace confab::cc {

SentHistory::SentHistory() : slots_(kSlotsFirst) {}

void SentHistory::add(const SentPacket& packet) {
  Slot* slot = &slot_of(packet.seq);
  while (slot->fate == Fate::kInFlight && packet.at - slot->at < kKeep &&
         slots_.size() < kSlotsMax) {
    grow();
    slot = &slot_of(packet.seq);
  }
  forget(*slot);
  *slot = {.at = packet.at,
           .seq = static_cast<std::uint32_t>(packet.seq),
           .bytes = packet.bytes,
           .probe = packet.probe,
           .kind = packet.kind,
           .fate = Fate::kInFlight};
  in_flight_ += packet.bytes;
  last_ = packet.seq;
}

std::span<const PacketResult> SentHistory::on_feedback(const Feedback& feedback) {
  results_.clear();
  if (last_ < 0) return results_;
  const std::int64_t base = unwrap(feedback.base_seq);
  const std::int64_t oldest = last_ - static_cast<std::int64_t>(slots_.size()) + 1;
  const std::int64_t end = std::min(base + feedback.status_count, last_ + 1);
  auto arrival = feedback.arrivals.begin();
  const auto is_before = [&](std::int64_t seq) {
    return arrival != feedback.arrivals.end() &&
           static_cast<std::uint16_t>(arrival->seq - feedback.base_seq) < seq - base;
  };
  for (std::int64_t seq = std::max(base, oldest); seq < end; ++seq) {
    while (is_before(seq)) ++arrival;
    const bool came =
        arrival != feedback.arrivals.end() && arrival->seq == static_cast<std::uint16_t>(seq);
    resolve(seq, came ? &arrival->at : nullptr);
  }
  return results_;
}

// It speaks of what was sent, so of the last packet of that number.
std::int64_t SentHistory::unwrap(std::uint16_t seq) const {
  return last_ - static_cast<std::uint16_t>(static_cast<std::uint16_t>(last_) - seq);
}

void SentHistory::resolve(std::int64_t seq, const Duration* arrived) {
  Slot& slot = slot_of(seq);
  if (slot.seq != static_cast<std::uint32_t>(seq)) return;
  const bool is_news = slot.fate == Fate::kInFlight || (slot.fate == Fate::kLost && arrived);
  if (!is_news) return;
  const bool was_lost = slot.fate == Fate::kLost;
  if (!was_lost) in_flight_ -= slot.bytes;
  slot.fate = arrived ? Fate::kReceived : Fate::kLost;
  results_.push_back({.seq = seq,
                      .sent_at = slot.at,
                      .arrived = arrived ? *arrived : Duration{},
                      .bytes = slot.bytes,
                      .kind = slot.kind,
                      .probe = slot.probe,
                      .received = arrived != nullptr,
                      .was_lost = was_lost});
}

void SentHistory::forget(Slot& slot) {
  if (slot.fate == Fate::kInFlight) in_flight_ -= slot.bytes;
  slot.fate = Fate::kNone;
}

void SentHistory::grow() {
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.fate != Fate::kNone) slots_[slot.seq & (slots_.size() - 1)] = slot;
  }
}

}  // namespace confab::cc
