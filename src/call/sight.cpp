#include "call/sight.h"

#include <algorithm>

#include "call/call.h"
#include "call/core.h"

namespace confab::call {
namespace {

MeetingSight sight_of(const Meeting& meeting) {
  MeetingSight out;
  out.id = meeting.id;
  out.room = meeting.room;
  out.title = meeting.settings.title;
  out.since_ms = meeting.since_ms;
  out.participants = meeting.participants.size();
  out.waiting = meeting.lobby.size();
  out.producers = meeting.published.size();
  for (const auto& [id, published] : meeting.published) out.consumers += published.consumers.size();
  out.has_media = meeting.phase == MeetingPhase::kOpen;
  for (const auto& [id, owner] : meeting.transport_owners) out.places.push_back(id.place());
  std::ranges::sort(out.places);
  const auto repeats = std::ranges::unique(out.places);
  out.places.erase(repeats.begin(), repeats.end());
  return out;
}

PersonSight sight_of(Meeting& meeting, const Participant& person) {
  PersonSight out{person.info(), person.order, person.grant.is_hidden, {}, {}};
  for (const auto& [id, transport] : person.transports) {
    out.transports.push_back({id, transport.is_send});
  }
  out.received.reserve(person.consumers.size());
  for (const auto& [id, consumer] : person.consumers) {
    const Participant* from = meeting.publisher_of(consumer.producer);
    if (from == nullptr) continue;
    out.received.push_back({id, consumer.producer, from->who,
                            from->producers.at(consumer.producer).source, consumer.paused});
  }
  return out;
}

bool is_seen(const Meeting* meeting) {
  return meeting != nullptr && meeting->phase != MeetingPhase::kLoading;
}

}  // namespace

std::vector<MeetingSight> Call::meetings_after(MeetingId after, std::size_t count) const {
  std::vector<const Meeting*> found;
  for (const auto& [code, meeting] : core_->meetings) {
    if (is_seen(meeting.get()) && meeting->id > after) found.push_back(meeting.get());
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(count, found.size()));
  std::ranges::partial_sort(found, end, {}, &Meeting::id);
  std::vector<MeetingSight> out;
  for (auto it = found.begin(); it != end; ++it) out.push_back(sight_of(**it));
  return out;
}

std::optional<MeetingSight> Call::meeting(MeetingId id) const {
  const Meeting* found = core_->meeting(id);
  return is_seen(found) ? std::optional(sight_of(*found)) : std::nullopt;
}

std::vector<PersonSight> Call::people_after(MeetingId id, std::uint64_t after, std::size_t count,
                                            std::size_t streams_max) const {
  std::vector<PersonSight> out;
  Meeting* meeting = core_->meeting(id);
  if (meeting == nullptr) return out;
  std::size_t streams = 0;
  for (const Participant* person : meeting->in_order()) {
    if (person->order <= after) continue;
    streams += person->transports.size() + person->producers.size() + person->consumers.size();
    if (out.size() == count || (!out.empty() && streams > streams_max)) break;
    out.push_back(sight_of(*meeting, *person));
  }
  return out;
}

std::optional<PersonSight> Call::person(MeetingId id, ParticipantId participant) const {
  Meeting* meeting = core_->meeting(id);
  const Participant* person = meeting ? meeting->find(participant) : nullptr;
  return person ? std::optional(sight_of(*meeting, *person)) : std::nullopt;
}

}  // namespace confab::call
