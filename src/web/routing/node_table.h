// The signaling nodes behind a gateway, and which of them a request goes to: who has a session goes
// to the node in its sid, everybody else to where the fewest are. Sans-IO: who is there comes from
// discovery, how it went from whoever asked them. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/net.h"

namespace confab::routing {

struct Node {
  std::uint16_t number = 0;
  Endpoint endpoint;
  // False: it drains, or fails a check. Those whose sessions are there still go there.
  bool takes_new = true;
};

class NodeTable {
 public:
  // Who is known is kept in mind by its endpoint: what is open there, and how it answered.
  void set_nodes(const std::vector<Node>& nodes);

  // For what belongs to no session: the node with the fewest open, in turn among equals; not among
  // `tried`. Nodes that did not answer lately come last, for they may be all there is; and after
  // them those that take nothing new: all of them fail their checks when what they share is away (a
  // database), and each can still do more than nobody could.
  std::optional<Endpoint> pick(Instant now, std::span<const Endpoint> tried = {});
  // Nothing: there is no such node, or the text is no sid.
  std::optional<Endpoint> of_sid(std::string_view sid) const;

  // A request or socket begins and ends there.
  void opened(const Endpoint& endpoint);
  void closed(const Endpoint& endpoint);
  // It could not be reached, or did not answer.
  void failed(Instant now, const Endpoint& endpoint);
  void answered(const Endpoint& endpoint);

  // Is anybody there who takes new ones?
  bool is_ready(Instant now) const;

  struct Status {
    std::uint16_t number = 0;
    std::size_t open = 0;
    bool takes_new = false;
    bool is_avoided = false;
  };
  std::vector<Status> status(Instant now) const;

  // As nginx's fail_timeout in front of us.
  static constexpr Duration kAvoided = 2s;

 private:
  struct Entry {
    std::uint16_t number = 0;
    bool is_present = true;  // false: gone, but something is still open there
    bool takes_new = true;
    std::size_t open = 0;
    std::uint64_t last_picked = 0;
    Instant avoided_until{};
  };

  std::map<Endpoint, Entry> nodes_;
  std::uint64_t picks_ = 0;
};

}  // namespace confab::routing
