#include "sfu/source.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "sfu/consumer.h"

namespace confab::sfu {

static_assert(limits::kEncodingsPerProducer <= 8, "LayerMask has a bit for each");

Source::Source(SourceSetup setup)
    : source_(std::move(setup)), alive_(static_cast<LayerMask>((1U << layers()) - 1)) {
  CHECK(layers() <= limits::kEncodingsPerProducer);
}

void Source::detach(Consumer& consumer) {
  std::erase(consumers_, &consumer);
  on_wanted_changed();
}

void Source::forward(Instant now, const MediaPacket& packet) {
  for (Consumer* consumer : consumers_) consumer->on_media(now, packet);
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

void Source::tell_gap(std::uint8_t encoding) {
  for (Consumer* consumer : consumers_) consumer->on_gap(encoding);
}

}  // namespace confab::sfu
