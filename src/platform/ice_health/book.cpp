#include "platform/ice_health/book.h"

#include <algorithm>

namespace confab::ice_health {

Book::Server* Book::find(const Target& target) {
  const auto it = std::ranges::find(servers_, target, &Server::target);
  return it == servers_.end() ? nullptr : &*it;
}

bool Book::is_there(const Target& target) const {
  const auto it = std::ranges::find(servers_, target, &Server::target);
  return it != servers_.end() && it->is_there();
}

void Book::set_urls(Instant now, std::span<const std::string> urls) {
  urls_.clear();
  std::vector<Server> servers;
  for (const std::string& text : urls) {
    const auto url = parse_ice_url(text);
    if (!url) continue;
    const Target target{
        .is_tcp = url->is_tcp, .is_tls = url->is_tls, .host = url->host, .port = url->port};
    urls_.push_back({text, url->is_turn, target});
    const auto twin = std::ranges::find(servers, target, &Server::target);
    if (twin != servers.end()) continue;
    const Server* known = find(target);
    servers.push_back(known != nullptr ? *known : Server{.target = target, .ask_at = now});
  }
  servers_ = std::move(servers);
  handle_timeout(now);
}

void Book::handle_result(Instant now, const Target& target, bool is_there) {
  Server* server = find(target);
  if (server == nullptr || !server->is_asked) return;  // gone from the configuration meanwhile
  const bool was_there = server->is_there();
  server->is_asked = false;
  server->silences = is_there ? 0 : std::min(server->silences + 1, kSilencesToGo);
  const bool is_in_doubt = server->silences > 0 && server->is_there();
  server->ask_at = now + (is_in_doubt ? kAgain : kInterval);
  if (was_there == server->is_there()) return;
  outputs_.push_back({was_there ? Output::Kind::kGone : Output::Kind::kBack, target});
}

void Book::handle_timeout(Instant now) {
  for (Server& server : servers_) {
    if (server.is_asked || now < server.ask_at) continue;
    server.is_asked = true;
    server.ask_at = kNever;
    outputs_.push_back({Output::Kind::kAsk, server.target});
  }
}

Instant Book::next_timeout() const {
  Instant next = kNever;
  for (const Server& server : servers_) next = std::min(next, server.ask_at);
  return next;
}

bool Book::poll(Output& out) {
  if (outputs_.empty()) return false;
  out = std::move(outputs_.front());
  outputs_.erase(outputs_.begin());
  return true;
}

std::vector<std::string> Book::usable() const {
  const auto has_one = [this](bool is_turn) {
    return std::ranges::any_of(
        urls_, [&](const Url& url) { return url.is_turn == is_turn && is_there(url.target); });
  };
  const bool has_turn = has_one(true), has_stun = has_one(false);
  std::vector<std::string> usable;
  for (const Url& url : urls_) {
    const bool has_such = url.is_turn ? has_turn : has_stun;
    if (!has_such || is_there(url.target)) usable.push_back(url.text);
  }
  return usable;
}

std::vector<Book::Entry> Book::entries() const {
  std::vector<Entry> entries;
  for (const Url& url : urls_) entries.push_back({url.text, is_there(url.target)});
  return entries;
}

}  // namespace confab::ice_health
