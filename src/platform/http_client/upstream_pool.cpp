#include "platform/http_client/upstream_pool.h"

#include <algorithm>
#include <utility>

#include "platform/clock/clock.h"

namespace confab::http {
namespace {

// A server that closed it, or says something nobody asked for, shows as something to read.
bool is_usable(Upstream::Pool::Socket& socket) {
  boost::system::error_code error;
  socket.non_blocking(true, error);
  char byte = 0;
  socket.receive(boost::asio::buffer(&byte, 1), boost::asio::socket_base::message_peek, error);
  return error == boost::asio::error::would_block;
}

}  // namespace

std::optional<Upstream::Pool::Socket> Upstream::Pool::take(const Endpoint& to) {
  const auto at = kept_.find(to);
  while (at != kept_.end() && !at->second.empty()) {
    Socket socket = std::move(at->second.back().socket);
    at->second.pop_back();
    if (is_usable(socket)) return socket;
  }
  return std::nullopt;
}

void Upstream::Pool::give_back(const Endpoint& to, Socket socket) {
  std::vector<Kept>& kept = kept_[to];
  if (kept.size() >= options.kept_connections_max) kept.erase(kept.begin());
  kept.push_back({std::move(socket), monotonic_now() + options.kept_for});
  if (size() == 1) sweep();
}

std::size_t Upstream::Pool::size() const {
  std::size_t all = 0;
  for (const auto& [to, kept] : kept_) all += kept.size();
  return all;
}

void Upstream::Pool::sweep() {
  const Instant now = monotonic_now();
  Instant next = kNever;
  for (auto& [to, kept] : kept_) {
    std::erase_if(kept, [now](const Kept& one) { return one.until <= now; });
    if (!kept.empty()) next = std::min(next, kept.front().until);
  }
  std::erase_if(kept_, [](const auto& entry) { return entry.second.empty(); });
  timer_.set(next, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->sweep();
  });
}

}  // namespace confab::http
