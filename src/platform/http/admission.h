// Who gets one of a listener's connections. Two limits: the whole, and the share of an address (of
// IPv6: a /64). At either, a connection on which nobody has asked anything is the first to go, so
// that idle ones, however many and from wherever, never keep a newcomer out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ip_prefix.h"

namespace confab::http {

class Admission {
 public:
  struct Limits {
    std::size_t total = 0;
    std::size_t per_address = 0;
    // Reverse proxies: many people come by one address.
    std::vector<IpPrefix> without_share;
  };
  enum class Verdict : std::uint8_t { kAdmit, kFull, kAddressFull };
  using Id = std::uint64_t;

  explicit Admission(Limits limits) : limits_(std::move(limits)) {}

  // May one more come from there? Where `evict` is set, this one must be closed for it first.
  Verdict newcomer(const IpAddress& from, std::optional<Id>& evict) const;
  // The idle connection that goes first when the system has no more: the one that is idle longest
  // of the address with the most connections among those that have idle ones.
  std::optional<Id> idlest() const;

  Id add(const IpAddress& from);
  // Also for one that is gone already.
  void remove(Id id);
  void set_idle(Id id, bool is_idle);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    IpAddress peer;
    bool is_idle = false;
    std::list<Id>::iterator place;  // in Peer::idle while is_idle
  };
  struct Peer {
    std::size_t held = 0;
    std::list<Id> idle;  // longest first
  };

  // Puts the peer at its place of `with_idle_` around a change of what it holds.
  template <typename Change>
  void change(const IpAddress& address, Change what);

  const Limits limits_;
  Id last_ = 0;
  std::unordered_map<Id, Entry> entries_;
  std::map<IpAddress, Peer> peers_;
  std::set<std::pair<std::size_t, IpAddress>> with_idle_;  // how many it holds, and who
};

}  // namespace confab::http
