// Who of a service is there, and how that changes. Two implementations: a list that the
// configuration names (static_discovery.h) and Consul's agent (consul_discovery.h).
//
// All calls and callbacks on the loop's thread; no callback comes inside a call. What was known
// last stays known while the source cannot be asked: a directory that is away takes nobody's
// upstream away.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace confab::discovery {

using Values = std::map<std::string, std::string, std::less<>>;

struct Instance {
  std::string id;       // "<service>-<node>-<port>"; names one place, whoever runs there
  std::string service;  // "signaling-service"
  std::uint16_t node = 0;
  std::string boot;     // other bits at each start of the process; empty where nobody says
  std::string address;  // an IP address, or a name to be looked up
  std::uint16_t port = 0;
  Values meta;
  std::vector<std::string> tags;
  // False: it is there, but nothing new may go there (it drains, or fails a check).
  bool is_healthy = true;

  // Its other doors: "grpc" is what meta says in grpc_port.
  std::optional<std::uint16_t> port_of(std::string_view door) const;
  bool operator==(const Instance&) const = default;
};

// "<service>-<node>-<port>".
std::string instance_id(const Instance& instance);

// A whole decimal number, or nothing.
std::optional<std::uint16_t> parse_u16(std::string_view text);

// This process, as others shall find it.
struct Registration {
  Instance self;  // its id is made of the rest
  // Asked by the directory every two seconds: "http://host:port/readyz". Empty: nobody asks.
  std::string health_url;
};

class Discovery {
 public:
  // In the order of node and id, when they are first known and at each change.
  using Watcher = std::function<void(const std::vector<Instance>& instances)>;
  using ValuesWatcher = std::function<void(const Values& values)>;

  virtual ~Discovery() = default;

  virtual void watch(std::string service, Watcher watcher) = 0;
  // Every key below the prefix, without it. A source that comes back empty changes nothing.
  virtual void watch_values(std::string prefix, ValuesWatcher watcher) = 0;

  // Once. It is kept there until leave(), whatever becomes of the directory meanwhile.
  virtual void announce(Registration registration) = 0;
  // Others send nothing new from now on.
  virtual void drain() = 0;
  // Taken out of the directory; `done` comes when that is so, or was tried for long enough.
  virtual void leave(std::move_only_function<void()> done) = 0;

  struct Counts {
    std::uint64_t asked = 0;
    std::uint64_t failed = 0;     // no answer, or one that says nothing
    std::uint64_t malformed = 0;  // an answer that could not be read
    std::uint64_t index_resets = 0;
    std::uint64_t registrations = 0;
  };
  virtual Counts counts() const = 0;
  // The source answers.
  virtual bool is_reachable() const = 0;
};

}  // namespace confab::discovery
