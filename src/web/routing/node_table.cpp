#include "web/routing/node_table.h"

#include <algorithm>
#include <tuple>

#include "web/engineio/server.h"

namespace confab::routing {

void NodeTable::set_nodes(const std::vector<Node>& nodes) {
  for (auto& [endpoint, entry] : nodes_) entry.is_present = false;
  for (const Node& node : nodes) {
    Entry& entry = nodes_[node.endpoint];
    entry.number = node.number;
    entry.takes_new = node.takes_new;
    entry.is_present = true;
  }
  std::erase_if(nodes_,
                [](const auto& node) { return !node.second.is_present && node.second.open == 0; });
}

std::optional<Endpoint> NodeTable::pick(Instant now, std::span<const Endpoint> tried) {
  const auto rank = [now](const Entry& entry) {
    return std::tuple(!entry.takes_new, entry.avoided_until > now, entry.open, entry.last_picked);
  };
  std::pair<const Endpoint, Entry>* best = nullptr;
  for (auto& node : nodes_) {
    const Entry& entry = node.second;
    if (!entry.is_present) continue;
    if (std::ranges::find(tried, node.first) != tried.end()) continue;
    if (best == nullptr || rank(entry) < rank(best->second)) best = &node;
  }
  if (best == nullptr) return std::nullopt;
  best->second.last_picked = ++picks_;
  return best->first;
}

std::optional<Endpoint> NodeTable::of_sid(std::string_view sid) const {
  const auto number = engineio::node_of_sid(sid);
  if (!number) return std::nullopt;
  for (const auto& [endpoint, entry] : nodes_) {
    if (entry.is_present && entry.number == *number) return endpoint;
  }
  return std::nullopt;
}

void NodeTable::opened(const Endpoint& endpoint) {
  const auto at = nodes_.find(endpoint);
  if (at != nodes_.end()) ++at->second.open;
}

void NodeTable::closed(const Endpoint& endpoint) {
  const auto at = nodes_.find(endpoint);
  if (at == nodes_.end() || at->second.open == 0) return;
  if (--at->second.open == 0 && !at->second.is_present) nodes_.erase(at);
}

void NodeTable::failed(Instant now, const Endpoint& endpoint) {
  const auto at = nodes_.find(endpoint);
  if (at != nodes_.end()) at->second.avoided_until = now + kAvoided;
}

void NodeTable::answered(const Endpoint& endpoint) {
  const auto at = nodes_.find(endpoint);
  if (at != nodes_.end()) at->second.avoided_until = {};
}

bool NodeTable::is_ready(Instant now) const {
  return std::ranges::any_of(nodes_, [now](const auto& node) {
    const Entry& entry = node.second;
    return entry.is_present && entry.takes_new && entry.avoided_until <= now;
  });
}

std::vector<NodeTable::Status> NodeTable::status(Instant now) const {
  std::vector<Status> all;
  for (const auto& [endpoint, entry] : nodes_) {
    all.push_back(
        {entry.number, entry.open, entry.is_present && entry.takes_new, entry.avoided_until > now});
  }
  return all;
}

}  // namespace confab::routing
