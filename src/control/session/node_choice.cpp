#include "control/session/node_choice.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace confab::control {
namespace {

// What a meeting will have when its people are in it: two for each of a few.
constexpr std::uint32_t kTransportsExpected = 6;
// A loop so late has no time for more, whatever it counts.
constexpr Duration kLagMax = 200ms;

}  // namespace

void NodeChoice::set(NodeNumber node, const std::string& region, const Load& load) {
  nodes_[node] = {region, load, 0};
}

void NodeChoice::set_load(NodeNumber node, const Load& load) {
  const auto it = nodes_.find(node);
  if (it == nodes_.end()) return;
  it->second.load = load;
  it->second.opened = 0;
}

void NodeChoice::remove(NodeNumber node) {
  nodes_.erase(node);
}

// splitmix64's finalizer: every bit of the meeting and of the node changes half of the result's.
std::uint64_t NodeChoice::weight(const MeetingId& meeting, NodeNumber node) {
  std::uint64_t x = meeting.hash() ^ (0x9e3779b97f4a7c15 * (std::uint64_t{node} + 1));
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t NodeChoice::burden(const Node& node) {
  return std::uint64_t{node.load.transports} + std::uint64_t{kTransportsExpected} * node.opened;
}

std::optional<NodeNumber> NodeChoice::choose(const MeetingId& meeting) {
  const bool has_near =
      std::ranges::any_of(nodes_, [&](const auto& n) { return n.second.region == region_; });
  std::vector<std::pair<std::uint64_t, NodeNumber>> ranked;
  for (const auto& [number, node] : nodes_) {
    if (has_near && node.region != region_) continue;
    ranked.emplace_back(weight(meeting, number), number);
  }
  if (ranked.empty()) return std::nullopt;
  std::ranges::sort(ranked, std::greater{});
  const auto cost = [&](const auto& candidate) {
    const Node& node = nodes_.at(candidate.second);
    return std::pair(node.load.lag > kLagMax, burden(node));
  };
  const auto two = std::span(ranked).first(std::min<std::size_t>(ranked.size(), 2));
  const auto best = std::ranges::min_element(two, {}, cost);
  ++nodes_.at(best->second).opened;
  return best->second;
}

}  // namespace confab::control
