#include "rtc/rtp/nack_generator.h"

#include <algorithm>
#include <utility>

namespace confab::rtp {

void NackGenerator::on_packet(Instant now, SeqNo seq, bool is_key_frame_start) {
  const bool first = !unwrapper_.started();
  const std::int64_t before = unwrapper_.highest();
  const std::int64_t extended = unwrapper_.unwrap(seq);
  if (is_key_frame_start) last_key_frame_ = std::max(last_key_frame_, extended);
  if (first) return;
  if (extended <= before) {
    remove(extended);
  } else {
    add_gap(now, before + 1, extended);
  }
}

void NackGenerator::add_gap(Instant now, std::int64_t first, std::int64_t end) {
  const auto gap = static_cast<std::size_t>(end - first);
  if (gap == 0) return;
  const auto has_room = [&] { return missing_.size() + gap <= config_.missing_max; };
  if (!has_room()) give_up_where([this](const Missing& m) { return m.seq < last_key_frame_; });
  if (!has_room()) give_up_where([](const Missing&) { return true; });
  if (!has_room()) {
    given_up_ += gap;
    wants_key_frame_ = wants_key_frame_ || (config_.has_key_frames && end > last_key_frame_);
    return;
  }
  const Instant ask_at = now + config_.reorder_wait;
  for (std::int64_t seq = first; seq < end; ++seq) missing_.push_back({seq, now, ask_at, 0});
  wake_at_ = std::min(wake_at_, ask_at);
}

void NackGenerator::remove(std::int64_t seq) {
  const auto it = std::ranges::lower_bound(missing_, seq, {}, &Missing::seq);
  if (it != missing_.end() && it->seq == seq) missing_.erase(it);
}

void NackGenerator::give_up_where(auto&& condition) {
  std::erase_if(missing_, [&](const Missing& m) {
    if (!condition(m)) return false;
    give_up(m);
    return true;
  });
}

void NackGenerator::give_up(const Missing& missing) {
  ++given_up_;
  if (config_.has_key_frames && missing.seq > last_key_frame_) wants_key_frame_ = true;
}

Duration NackGenerator::retry_after() const {
  // The answer needs a round trip; asked again exactly then, half of the requests would cross it.
  return std::max(config_.retry_min, rtt_ + config_.reorder_wait);
}

std::size_t NackGenerator::poll(Instant now, std::span<SeqNo> out) {
  if (now < next_timeout()) return 0;
  give_up_where([&](const Missing& m) {
    return m.ask_at <= now && (m.tries >= config_.tries_max || now - m.since >= config_.age_max);
  });
  std::size_t filled = 0;
  wake_at_ = kNever;
  for (Missing& m : missing_) {
    if (m.ask_at <= now && filled < out.size()) {
      out[filled++] = to_seq(m.seq);
      ++m.tries;
      m.ask_at = now + retry_after();
    }
    wake_at_ = std::min(wake_at_, m.ask_at);
  }
  return filled;
}

bool NackGenerator::take_key_frame_request() {
  return std::exchange(wants_key_frame_, false);
}

void NackGenerator::reset() {
  missing_.clear();
  unwrapper_.reset();
  last_key_frame_ = INT64_MIN;
  wake_at_ = kNever;
  wants_key_frame_ = false;
}

}  // namespace confab::rtp
