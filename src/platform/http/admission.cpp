#include "platform/http/admission.h"

#include "platform/http/forwarded.h"

namespace confab::http {

Admission::Verdict Admission::newcomer(const IpAddress& from, std::optional<Id>& evict) const {
  const auto peer = peers_.find(peer_of(from));
  const bool has_share = peer == peers_.end() || peer->second.held < limits_.per_address ||
                         is_trusted(from, limits_.without_share);
  if (!has_share) {
    if (peer->second.idle.empty()) return Verdict::kAddressFull;
    evict = peer->second.idle.front();
    return Verdict::kAdmit;
  }
  if (entries_.size() < limits_.total) return Verdict::kAdmit;
  evict = idlest();
  return evict ? Verdict::kAdmit : Verdict::kFull;
}

std::optional<Admission::Id> Admission::idlest() const {
  if (with_idle_.empty()) return std::nullopt;
  return peers_.at(with_idle_.rbegin()->second).idle.front();
}

template <typename Change>
void Admission::change(const IpAddress& address, Change what) {
  const auto at = peers_.try_emplace(address).first;
  Peer& peer = at->second;
  if (!peer.idle.empty()) with_idle_.erase({peer.held, address});
  what(peer);
  if (!peer.idle.empty()) with_idle_.insert({peer.held, address});
  if (peer.held == 0) peers_.erase(at);
}

Admission::Id Admission::add(const IpAddress& from) {
  const Id id = ++last_;
  const IpAddress address = peer_of(from);
  entries_[id] = {address, false, {}};
  change(address, [](Peer& peer) { ++peer.held; });
  return id;
}

void Admission::remove(Id id) {
  const auto at = entries_.find(id);
  if (at == entries_.end()) return;
  const Entry entry = at->second;
  entries_.erase(at);
  change(entry.peer, [&](Peer& peer) {
    if (entry.is_idle) peer.idle.erase(entry.place);
    --peer.held;
  });
}

void Admission::set_idle(Id id, bool is_idle) {
  const auto at = entries_.find(id);
  if (at == entries_.end() || at->second.is_idle == is_idle) return;
  Entry& entry = at->second;
  entry.is_idle = is_idle;
  change(entry.peer, [&](Peer& peer) {
    if (is_idle) {
      entry.place = peer.idle.insert(peer.idle.end(), id);
    } else {
      peer.idle.erase(entry.place);
    }
  });
}

}  // namespace confab::http
