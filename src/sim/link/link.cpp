#include "sim/link/link.h"

#include <algorithm>

namespace confab::sim {
namespace {

// How long so many bytes take; at most 4 GB.
Duration time_of(std::size_t bytes, std::uint64_t rate_bps) {
  return Duration(static_cast<std::int64_t>(bytes * 8 * 1'000'000'000ULL / rate_bps));
}

std::size_t bytes_in(Duration time, std::uint64_t rate_bps) {
  const auto us = static_cast<std::uint64_t>(to_us(time));
  return static_cast<std::size_t>(us * rate_bps / 8'000'000);
}

}  // namespace

Link::Fate Link::send(Instant now, std::size_t datagram_bytes) {
  const std::size_t bytes = datagram_bytes + profile_.overhead_bytes;
  ++totals_.offered_packets;
  totals_.offered_bytes += bytes;
  Fate fate;
  const bool lost = is_lost();
  if (is_policed(now, bytes)) {
    ++totals_.policed;
    note(now, {}, bytes, LinkFate::kPoliced);
    return fate;
  }
  const Duration waits = queue(now);
  if (is_queue_full(now, bytes)) {
    ++totals_.queue_full;
    note(now, waits, bytes, LinkFate::kQueueFull);
    return fate;
  }
  if (profile_.rate_bps != 0) {
    busy_until_ = std::max(busy_until_, now) + time_of(bytes, profile_.rate_bps);
  }
  if (lost) {
    ++totals_.lost;
    note(now, waits, bytes, LinkFate::kLost);
    return fate;
  }
  totals_.delivered_bytes += bytes;
  note(now, waits, bytes, LinkFate::kDelivered);

  Instant arrival = std::max(busy_until_, now) + profile_.delay;
  if (profile_.jitter > Duration::zero()) {
    const auto jitter_us = static_cast<std::uint32_t>(to_us(profile_.jitter));
    arrival += std::chrono::microseconds(random_.between(0, jitter_us));
  }
  if (happens(profile_.reorder_permille)) {
    arrival += profile_.reorder_by;
  } else {
    last_arrival_ = arrival = std::max(arrival, last_arrival_);
  }
  fate.arrivals[fate.copies++] = arrival;
  if (happens(profile_.duplicate_permille)) fate.arrivals[fate.copies++] = arrival + 1ms;
  return fate;
}

void Link::set_profile(Instant now, const LinkProfile& profile) {
  const std::size_t waiting = profile_.rate_bps == 0 ? 0 : bytes_in(queue(now), profile_.rate_bps);
  profile_ = profile;
  busy_until_ = now;
  if (profile_.rate_bps != 0) busy_until_ += time_of(waiting, profile_.rate_bps);
}

Duration Link::queue(Instant now) const {
  return std::max(busy_until_ - now, Duration::zero());
}

bool Link::is_lost() {
  if (happens(profile_.loss_permille)) return true;
  if (profile_.burst_begin_permille == 0) return false;
  if (in_burst_) {
    in_burst_ = !happens(profile_.burst_end_permille);
  } else {
    in_burst_ = happens(profile_.burst_begin_permille);
  }
  return in_burst_ && happens(profile_.burst_loss_permille);
}

// The bucket as the time it takes to fill: no remainders to carry.
bool Link::is_policed(Instant now, std::size_t bytes) {
  if (profile_.policer_bps == 0) return false;
  const Instant full_at = std::max(policer_full_at_, now) + time_of(bytes, profile_.policer_bps);
  if (full_at - now > time_of(profile_.policer_burst_bytes, profile_.policer_bps)) return true;
  policer_full_at_ = full_at;
  return false;
}

bool Link::is_queue_full(Instant now, std::size_t bytes) const {
  if (profile_.rate_bps == 0) return false;
  const Duration waits = queue(now);
  if (waits > profile_.queue_max) return true;
  return profile_.queue_bytes_max != 0 &&
         bytes_in(waits, profile_.rate_bps) + bytes > profile_.queue_bytes_max;
}

void Link::note(Instant now, Duration waited, std::size_t bytes, LinkFate fate) {
  if (keeps_log_) log_.push_back({now, waited, static_cast<std::uint32_t>(bytes), fate});
}

}  // namespace confab::sim
