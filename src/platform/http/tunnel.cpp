#include "platform/http/tunnel.h"

#include <algorithm>
#include <utility>

#include "platform/clock/clock.h"

namespace confab::http {

Tunnel::Tunnel(EventLoop& loop, Sides sides, Duration idle_timeout,
               std::move_only_function<void(End end)> ended)
    : idle_timeout_(idle_timeout),
      ways_{Way{sides.client, sides.server, End::kClient, false, {}},
            Way{sides.server, sides.client, End::kServer, false, {}}},
      timer_(loop),
      last_moved_(monotonic_now()),
      ended_(std::move(ended)) {}

std::shared_ptr<Tunnel> Tunnel::start(EventLoop& loop, Sides sides, Duration idle_timeout,
                                      std::move_only_function<void(End end)> ended) {
  auto tunnel = std::make_shared<Tunnel>(loop, std::move(sides), idle_timeout, std::move(ended));
  for (Way& way : tunnel->ways_) tunnel->pump(way);
  tunnel->watch();
  return tunnel;
}

void Tunnel::pump(Way& way) {
  way.from->read([self = shared_from_this(), &way](Result<std::string> piece) {
    if (self->is_over_) return;
    if (!piece || piece->empty()) return self->end(way.end_of_from);
    way.is_writing = true;
    way.writing_since = self->last_moved_ = monotonic_now();
    way.to->write(*std::move(piece), [self, &way](bool is_written) {
      if (self->is_over_) return;
      way.is_writing = false;
      if (!is_written) {
        return self->end(way.end_of_from == End::kClient ? End::kServer : End::kClient);
      }
      self->pump(way);
    });
  });
}

// One timer that looks when the soonest could be over, instead of one moved by every piece.
void Tunnel::watch() {
  const Instant now = monotonic_now();
  Instant due = last_moved_ + idle_timeout_;
  if (due <= now) return end(End::kIdle);
  for (const Way& way : ways_) {
    if (!way.is_writing) continue;
    if (way.writing_since + idle_timeout_ <= now) return end(End::kStuck);
    due = std::min(due, way.writing_since + idle_timeout_);
  }
  timer_.set(due, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->watch();
  });
}

void Tunnel::end(End why) {
  if (std::exchange(is_over_, true)) return;
  timer_.cancel();
  for (Way& way : ways_) way.from->close();
  if (auto ended = std::exchange(ended_, nullptr)) ended(why);
}

}  // namespace confab::http
