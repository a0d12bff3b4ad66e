#include "cc/control/throughput.h"

#include <algorithm>

namespace confab::cc {

void Throughput::on_received(Instant sent_at, Duration arrived, std::size_t bytes) {
  Duration gap{};
  if (first_ != end_) gap = std::max(arrived - at(end_ - 1).arrived, Duration::zero());
  // After a silence what came before says nothing of now.
  if (gap > kSpanMax) {
    first_ = end_;
    total_bytes_ = 0;
    gap = {};
  }
  packets_[end_ % kSlots] = {arrived, sent_at};
  gap_us_[end_ % kSlots] = static_cast<std::uint32_t>(to_us(gap));
  bytes_[end_ % kSlots] = static_cast<std::uint16_t>(bytes);
  ++end_;
  total_bytes_ += bytes;
  while (oldest_is_over()) total_bytes_ -= bytes_[first_++ % kSlots];
}

bool Throughput::oldest_is_over() const {
  const std::uint32_t count = end_ - first_;
  if (count > kPacketsMax) return true;
  const Duration span = at(end_ - 1).arrived - at(first_).arrived;
  return span > kSpanMax || (count > kPacketsMin && span > kSpanMin);
}

std::optional<double> Throughput::rate_bps() const {
  if (end_ - first_ < kPacketsNeeded) return std::nullopt;
  std::uint32_t largest_us = 0;
  std::uint32_t second_us = 0;
  Instant first_sent = at(first_).sent_at;
  Instant last_sent = first_sent;
  std::uint16_t last_sent_bytes = bytes_[first_ % kSlots];
  for (std::uint32_t i = first_ + 1; i != end_; ++i) {
    const std::uint32_t gap = gap_us_[i % kSlots];
    second_us = std::max(second_us, std::min(gap, largest_us));
    largest_us = std::max(largest_us, gap);
    const Instant sent = at(i).sent_at;
    first_sent = std::min(first_sent, sent);
    if (sent >= last_sent) {
      last_sent = sent;
      last_sent_bytes = bytes_[i % kSlots];
    }
  }
  // The largest gap may be one in which nothing was sent, or nothing got through: as the second.
  const Duration reduced = std::chrono::microseconds(largest_us - second_us);
  const Duration received_in =
      std::max<Duration>(at(end_ - 1).arrived - at(first_).arrived - reduced, 1ms);
  const Duration sent_in = std::max<Duration>(last_sent - first_sent, 1ms);
  // What arrived first, or was sent last, took none of the time.
  const auto received = static_cast<double>(total_bytes_ - bytes_[first_ % kSlots]);
  const auto sent = static_cast<double>(total_bytes_ - last_sent_bytes);
  return std::min(received * 8 / to_seconds(received_in), sent * 8 / to_seconds(sent_in));
}

}  // namespace confab::cc
