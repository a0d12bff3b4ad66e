#include "sfu/source.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/limits.h"
#include "sfu/consumer.h"

namespace confab::sfu {

namespace {

constexpr Duration kExpireInterval = 1s;
// A key frame within two seconds is no other rate: a change of less than an eighth is none.
constexpr std::uint32_t kRateChange = 8;
// What is held in any case: for a receiver next to us, and for one that has just come.
constexpr Duration kHeldAtLeast = repeat_window(Duration::zero());

}  // namespace

static_assert(limits::kEncodingsPerProducer <= 8, "LayerMask has a bit for each");

Source::Source(SourceSetup setup, Duration keep_max)
    : source_(std::move(setup)),
      alive_(static_cast<LayerMask>((1U << layers()) - 1)),
      logs_(layers(), PacketLog(keep_max)),
      held_for_(kHeldAtLeast) {
  for (PacketLog& log : logs_) log.set_keep(held_for_);
  CHECK(layers() <= limits::kEncodingsPerProducer);
}

void Source::attach(Consumer& consumer) {
  consumers_.push_back(&consumer);
  hold_for(consumer.repeat_window());
}

void Source::detach(Consumer& consumer) {
  std::erase(consumers_, &consumer);
  // Those that are left may have no way to their receivers, and then none of them has the timer by
  // which old packets go.
  const auto may_ask = [](const Consumer* c) { return c->repeat_window() > Duration::zero(); };
  if (std::ranges::none_of(consumers_, may_ask)) {
    for (PacketLog& log : logs_) log.clear();
  }
  on_wanted_changed();
}

void Source::forward(Instant now, const MediaPacket& packet) {
  for (Consumer* consumer : consumers_) consumer->on_media(now, packet);
}

void Source::hold_for(Duration window) {
  if (window <= held_for_) return;
  held_for_ = window;
  for (PacketLog& log : logs_) log.set_keep(held_for_);
}

std::size_t Source::held_span_max() const {
  std::size_t all = 0;
  for (const PacketLog& log : logs_) all += log.span_max();
  return std::bit_ceil(all);
}

void Source::expire_held(Instant now) {
  if (now - held_expired_at_ < kExpireInterval) return;
  held_expired_at_ = now;
  held_for_ = kHeldAtLeast;
  for (const Consumer* consumer : consumers_) {
    held_for_ = std::max(held_for_, consumer->repeat_window());
  }
  for (PacketLog& log : logs_) {
    log.set_keep(held_for_);
    log.expire(now);
  }
}

bool Source::change_paused(Instant now, bool paused) {
  if (source_.paused == paused) return false;
  source_.paused = paused;
  for (Consumer* consumer : consumers_) consumer->on_producer_paused(now, paused);
  return true;
}

bool Source::change_alive(Instant now, LayerMask alive) {
  if (alive_ == alive) return false;
  alive_ = alive;
  for (Consumer* consumer : consumers_) consumer->choose_layer(now);
  return true;
}

bool Source::change_rates(const LayerBps& rates) {
  const auto differs = [](std::uint32_t before, std::uint32_t now) {
    const std::uint32_t change = std::max(before, now) - std::min(before, now);
    return change > before / kRateChange;
  };
  bool changed = false;
  for (std::size_t e = 0; e < rates.size(); ++e) {
    for (std::size_t t = 0; t < kTemporalLayers; ++t) changed |= differs(rates_[e][t], rates[e][t]);
  }
  if (changed) rates_ = rates;
  return changed;
}

void Source::tell_gap(std::uint8_t encoding) {
  for (Consumer* consumer : consumers_) consumer->on_gap(encoding);
}

}  // namespace confab::sfu
