// What must hold between events, whatever they were. A violation is our own mistake.
#include <algorithm>

#include "call/call.h"
#include "call/core.h"
#include "call/permits.h"

namespace confab::call {
namespace {

bool transports_agree(const Meeting& meeting, const Participant& p) {
  return std::ranges::all_of(p.transports, [&](const auto& t) {
    const auto it = meeting.transport_owners.find(t.first);
    return it != meeting.transport_owners.end() && it->second == p.who.id;
  });
}

bool producers_agree(const Meeting& meeting, const Participant& p) {
  if (p.producer_order.size() != p.producers.size()) return false;
  return std::ranges::all_of(p.producers, [&](const auto& entry) {
    const auto it = meeting.published.find(entry.first);
    return it != meeting.published.end() && it->second.owner == p.who.id &&
           p.transports.contains(entry.second.transport);
  });
}

bool consumers_agree(const Meeting& meeting, const Participant& p) {
  return std::ranges::all_of(p.consumers, [&](const auto& entry) {
    const auto it = meeting.published.find(entry.second.producer);
    return it != meeting.published.end() && it->second.consumers.contains(entry.first) &&
           p.transports.contains(entry.second.transport);
  });
}

bool connection_agrees(const Core& core, const Meeting& meeting, const Participant& p) {
  const auto it = core.connections.find(p.connection);
  return it != core.connections.end() && it->second.participant == p.who.id &&
         it->second.code == meeting.code && p.is_connected == (p.grace_timer == 0);
}

bool permits_agree(const Meeting& meeting, const Participant& p) {
  const bool sends_what_it_may = std::ranges::all_of(
      p.producers, [&](const auto& entry) { return p.permits.media.allows(entry.second.source); });
  return p.permits == permits_of(meeting.settings.permissions, p) && sends_what_it_may &&
         (p.permits.media.can_subscribe || p.consumers.empty()) &&
         (!p.is_owner || p.role == Role::kHost);
}

// Each place has its connection, which knows of it; one that waits is not in the meeting.
bool lobby_agrees(const Core& core, const Meeting& meeting) {
  return meeting.lobby.size() <= kLobbyMax &&
         std::ranges::all_of(meeting.lobby, [&](const LobbyPlace& place) {
           const auto it = core.connections.find(place.connection);
           const bool has_deadline = place.timer != 0 || (place.is_connected && !place.is_admitted);
           return it != core.connections.end() && it->second.waiting == place.who.id &&
                  it->second.code == meeting.code && !it->second.participant.is_set() &&
                  has_deadline;
         });
}

bool is_consistent(const Core& core, const Meeting& meeting) {
  std::size_t transports = 0;
  std::size_t producers = 0;
  std::size_t consumers = 0;
  std::size_t indexed_consumers = 0;
  for (const auto& [id, p] : meeting.participants) {
    if (id != p->who.id || !transports_agree(meeting, *p) || !producers_agree(meeting, *p) ||
        !consumers_agree(meeting, *p) || !connection_agrees(core, meeting, *p) ||
        !permits_agree(meeting, *p)) {
      return false;
    }
    transports += p->transports.size();
    producers += p->producers.size();
    consumers += p->consumers.size();
  }
  for (const auto& [id, published] : meeting.published) {
    indexed_consumers += published.consumers.size();
  }
  const bool is_used = meeting.is_used();
  const bool is_code_known = core.codes.contains(meeting.id);
  const bool nobody_waits_at_open_door =
      meeting.phase != MeetingPhase::kOpen || meeting.waiting.empty();
  return is_used && lobby_agrees(core, meeting) && is_code_known && nobody_waits_at_open_door &&
         transports == meeting.transport_owners.size() && producers == meeting.published.size() &&
         consumers == indexed_consumers;
}

}  // namespace

bool Call::is_consistent() const {
  return core_->codes.size() == core_->meetings.size() &&
         std::ranges::all_of(core_->meetings, [&](const auto& entry) {
           return call::is_consistent(*core_, *entry.second);
         });
}

}  // namespace confab::call
