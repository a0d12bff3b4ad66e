// Which media node a new meeting goes to. Sans-IO, and the same on every signaling node that has
// heard the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "control/session/messages.h"

namespace confab::control {

using NodeNumber = std::uint16_t;

class NodeChoice {
 public:
  explicit NodeChoice(std::string region) : region_(std::move(region)) {}

  // It takes meetings, from now on and as it is.
  void set(NodeNumber node, const std::string& region, const Load& load);
  // Its load, if it takes any.
  void set_load(NodeNumber node, const Load& load);
  void remove(NodeNumber node);

  // Of our region where there is one; of those, the less loaded of the two that the meeting's id
  // ranks first (rendezvous hashing): all have a share, none is stormed between two beats.
  std::optional<NodeNumber> choose(const MeetingId& meeting);
  bool empty() const { return nodes_.empty(); }

 private:
  struct Node {
    std::string region;
    Load load;
    std::uint32_t opened = 0;  // meetings given to it since its last beat
  };
  static std::uint64_t weight(const MeetingId& meeting, NodeNumber node);
  static std::uint64_t burden(const Node& node);

  std::string region_;
  std::map<NodeNumber, Node> nodes_;
};

}  // namespace confab::control
