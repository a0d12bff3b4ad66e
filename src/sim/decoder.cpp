#include "sim/decoder.h"

#include <algorithm>

namespace confab::sim {

bool Decoder::can_decode(std::uint32_t stream, const Vp8Fields& fields) const {
  if (fields.is_key_frame) return true;
  return std::ranges::all_of(fields.references, [&](std::uint32_t reference) {
    return reference == 0 || decoded_.contains({stream, reference});
  });
}

void Decoder::on_frame(Instant now, std::uint32_t stream, std::uint32_t frame,
                       const Vp8Fields& fields) {
  const Key key{stream, frame};
  if (!can_decode(stream, fields)) {
    waiting_[key] = fields;
    return;
  }
  show(now, key, fields);
  // What waited for it; its numbers are higher.
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (!can_decode(it->first.first, it->second)) {
      ++it;
      continue;
    }
    show(now, it->first, it->second);
    it = waiting_.erase(it);
  }
}

void Decoder::show(Instant now, const Key& key, const Vp8Fields& fields) {
  decoded_.insert(key);
  shown_.push_back({now, key.first, key.second, fields.temporal});
}

Duration Decoder::longest_gap(Instant from, Instant end) const {
  Duration longest{};
  Instant before = from;
  for (const Shown& each : shown_) {
    if (each.at < from) continue;
    if (each.at > end) break;
    longest = std::max<Duration>(longest, each.at - before);
    before = each.at;
  }
  return std::max<Duration>(longest, end - before);
}

std::size_t Decoder::shown_between(Instant from, Instant end) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      shown_, [&](const Shown& each) { return each.at >= from && each.at < end; }));
}

std::size_t Decoder::freezes(Instant from, Instant end, Duration interval) const {
  const Duration limit = std::max<Duration>(3 * interval, interval + 150ms);
  std::size_t count = 0;
  Instant before = from;
  for (const Shown& each : shown_) {
    if (each.at < from) continue;
    if (each.at > end) break;
    if (each.at - before > limit) ++count;
    before = each.at;
  }
  return count + (end - before > limit ? 1 : 0);
}

}  // namespace confab::sim
