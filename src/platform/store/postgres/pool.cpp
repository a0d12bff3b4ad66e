#include "platform/store/postgres/pool.h"

#include <algorithm>

#include "base/check.h"

namespace confab::store::postgres {

Pool::Pool(const ConnectionOptions& options, std::size_t size, LogSink& log,
           const std::function<void(Lane)>& on_ready) {
  CHECK(size > 0);
  for (Lane lane = 0; lane < size; ++lane) {
    ConnectionOptions own = options;
    own.number = lane;
    connections_.push_back(
        std::make_unique<Connection>(std::move(own), log, [on_ready, lane] { on_ready(lane); }));
  }
}

Pool::Lane Pool::lane_of(std::string_view code) const {
  const std::size_t for_rooms = connections_.size() - 1;
  return for_rooms == 0 ? 0 : 1 + std::hash<std::string_view>{}(code) % for_rooms;
}

bool Pool::is_opening() const {
  return std::ranges::any_of(connections_, [](const auto& one) { return one->is_opening(); });
}

bool Pool::is_idle() const {
  return std::ranges::all_of(connections_, [](const auto& one) { return one->is_idle(); });
}

Instant Pool::next_timeout() const {
  Instant soonest = kNever;
  for (const auto& one : connections_) soonest = std::min(soonest, one->next_timeout());
  return soonest;
}

void Pool::ask(std::span<pollfd> polled) const {
  CHECK(polled.size() == connections_.size());
  for (std::size_t i = 0; i < polled.size(); ++i) {
    polled[i] = {connections_[i]->descriptor(), connections_[i]->wanted_events(), 0};
  }
}

void Pool::turn(Instant now, std::span<const pollfd> polled) {
  CHECK(polled.size() == connections_.size());
  for (std::size_t i = 0; i < polled.size(); ++i) connections_[i]->turn(now, polled[i].revents);
}

}  // namespace confab::store::postgres
