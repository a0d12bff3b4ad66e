#include "cc/twcc/receiver.h"

#include <algorithm>

#include "base/check.h"
#include "rtc/rtcp/transport_feedback.h"

namespace confab::cc {
namespace {

// Lost packets that one feedback packet lists in front of the first arrival. What is before them
// was lost in an outage, and the sender sees that from the gap.
constexpr std::int64_t kLeadingLossMax = 2000;

std::uint32_t to_tick(Instant t) {
  return static_cast<std::uint32_t>(t.time_since_epoch() / rtcp::kDeltaTick);
}
// When that was, seen from a moment soon after.
Instant from_tick(Instant now, std::uint32_t tick) {
  const std::int64_t ticks = now.time_since_epoch() / rtcp::kDeltaTick;
  return Instant{} + (ticks - static_cast<std::int32_t>(to_tick(now) - tick)) * rtcp::kDeltaTick;
}

}  // namespace

TwccReceiver::TwccReceiver(const TwccConfig& config)
    : config_(config), slots_(make_window(kWindowFirst)) {
  DCHECK(config.reorder_max <= kWindowFirst);
}

std::vector<TwccReceiver::Slot> TwccReceiver::make_window(std::size_t slots) {
  std::vector<Slot> out(slots);
  for (std::uint32_t i = 0; i < slots; ++i) out[i].seq = ~i;
  return out;
}

const TwccReceiver::Slot* TwccReceiver::find(std::int64_t seq) {
  const Slot& slot = slot_of(seq);
  return slot.seq == static_cast<std::uint32_t>(seq) ? &slot : nullptr;
}

void TwccReceiver::on_packet(Instant now, std::uint16_t transport_seq) {
  const std::int64_t seq = unwrapper_.unwrap({transport_seq});
  if (!started_ || seq - end_ >= kWindowMax) {  // the first, or a gap that no report can tell of
    started_ = true;
    next_to_report_ = seq;
    end_ = seq;
    waiting_ = 0;
  }
  if (seq >= end_) {
    end_ = seq + 1;
    while (end_ - next_to_report_ > window() && window() < kWindowMax) grow();
    next_to_report_ = std::max(next_to_report_, end_ - window());
  } else if (find(seq) != nullptr) {
    return;  // a duplicate says nothing new
  } else if (seq < end_ - config_.reorder_max) {
    ++packets_late_;
    return;
  }
  slot_of(seq) = {static_cast<std::uint32_t>(seq), to_tick(now)};
  // Reported as lost already: what follows it is reported again, which the draft allows.
  next_to_report_ = std::min(next_to_report_, seq);
  schedule(now);
}

void TwccReceiver::grow() {
  std::vector<Slot> smaller = make_window(slots_.size() * 2);
  smaller.swap(slots_);
  for (std::size_t i = 0; i < smaller.size(); ++i) {
    const Slot& slot = smaller[i];
    if ((slot.seq & (smaller.size() - 1)) == i) slot_of(slot.seq) = slot;
  }
}

void TwccReceiver::schedule(Instant now) {
  if (waiting_ == 0) {
    due_ = now + config_.interval;
  } else if (now >= due_ - config_.early && now < due_) {
    // Mostly in the past by more than a tick: a timer for this very moment would wait for the next.
    due_ -= config_.early;
  }
  ++waiting_;
  if (waiting_ >= config_.packets_max) due_ = std::min(due_, now);
}

std::size_t TwccReceiver::poll(Instant now, MutableBytes out, rtp::Ssrc sender, rtp::Ssrc media) {
  if (due_ > now) return 0;
  std::int64_t seq = next_to_report_;
  while (find(seq) == nullptr) ++seq;  // ends at the highest, which was received
  DCHECK(seq < end_);
  const std::int64_t base = std::max(next_to_report_, seq - kLeadingLossMax);
  rtcp::TransportFeedbackBuilder builder(rtp::to_seq(base), from_tick(now, find(seq)->tick));
  for (; seq < end_; ++seq) {
    const Slot* slot = find(seq);
    if (slot == nullptr) continue;
    if (!builder.add_received(rtp::to_seq(seq), from_tick(now, slot->tick))) break;
  }
  next_to_report_ = seq;
  if (seq == end_) {
    waiting_ = 0;
    due_ = kNever;
  }
  const std::size_t size = builder.build(out, sender, media, feedback_count_++);
  CHECK(size > 0);
  return size;
}

}  // namespace confab::cc
