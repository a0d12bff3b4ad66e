#include <algorithm>
#include <utility>
#include <vector>

#include "call/announce.h"
#include "call/core.h"
#include "call/lobby.h"
#include "call/permits.h"

namespace confab::call {

namespace {

using Consumers = std::unordered_map<ConsumerId, ParticipantId>;

// A producer goes: nobody consumes it or is heard through it any more. Returns who did.
Consumers unpublish(Meeting& meeting, ProducerId id) {
  auto node = meeting.published.extract(id);
  for (const auto& [consumer, consumer_owner] : node.mapped().consumers) {
    if (Participant* other = meeting.find(consumer_owner)) other->consumers.erase(consumer);
  }
  std::erase_if(meeting.speakers, [&](const Speaker& s) { return s.producer == id; });
  return std::move(node.mapped().consumers);
}

void remove_consumers(Meeting& meeting, Participant& owner, const TransportId* only_of) {
  std::vector<ConsumerId> going;
  for (const auto& [id, consumer] : owner.consumers) {
    if (!only_of || consumer.transport == *only_of) going.push_back(id);
  }
  for (const ConsumerId id : going) meeting.remove_consumer(owner, id);
}

}  // namespace

void remove_producer(Core& core, Meeting& meeting, Participant& owner, ProducerId id) {
  const ProducerInfo info = owner.producer_info(id);
  const Consumers consumers = unpublish(meeting, id);
  owner.producers.erase(id);
  std::erase(owner.producer_order, id);
  std::erase(owner.unsaid.paused, id);
  announce(core, meeting, owner, ProducerRemoved{owner.who, info});
  tell_books(core, meeting, Milestone::kProducerUnpublished, &owner, LeaveReason::kLeft, info);
  // One message each, and together as much as one to them all.
  meeting.announcements.charge(announcement_price(consumers.size()), core.now);
  for (const auto& [consumer, consumer_owner] : consumers) {
    const Participant* other = meeting.find(consumer_owner);
    if (other) core.notify({other->connection}, ConsumerRemoved{consumer, id});
  }
}

void learn_capabilities(Core& core, Participant& self, const ortc::RtpCapabilities& capabilities) {
  ortc::CapabilitiesPtr shared = core.capabilities.share(capabilities);
  if (shared == self.rtp_capabilities) return;
  self.capabilities_hash = ortc::capabilities_hash(*shared);
  self.rtp_capabilities = std::move(shared);
}

void admit_to_media(Core& core, const Meeting& meeting, const Participant& participant) {
  core.tell_media(meeting.id, control::Admit{participant.who.id, participant.permits.media});
}

void add_transport(Meeting& meeting, Participant& owner, TransportId id, bool is_send) {
  owner.transports.emplace(id, Transport{is_send, false, std::nullopt});
  meeting.transport_owners.emplace(id, owner.who.id);
}

void remove_transport(Core& core, Meeting& meeting, Participant& owner, TransportId id) {
  const std::vector<ProducerId> producers = owner.producer_order;
  for (const ProducerId producer : producers) {
    if (owner.producers.at(producer).transport == id) {
      remove_producer(core, meeting, owner, producer);
    }
  }
  remove_consumers(meeting, owner, &id);
  owner.transports.erase(id);
  meeting.transport_owners.erase(id);
}

void drop_media(Core& core, Meeting& meeting, Participant& owner) {
  while (!owner.transports.empty()) {
    const TransportId id = owner.transports.begin()->first;
    core.tell_media(meeting.id, control::CloseTransport{id});
    remove_transport(core, meeting, owner, id);
  }
  owner.media_epoch = ++core.last_media_epoch;
  owner.transports_in_flight = 0;
  owner.producers_in_flight = 0;
}

void unbind(Core& core, ConnectionId connection) {
  const auto it = core.connections.find(connection);
  if (it == core.connections.end()) return;
  it->second.participant = {};
  if (!it->second.waiting.is_set()) it->second.code.clear();
}

void release_connection(Core& core, const Participant& participant) {
  if (participant.is_connected) {
    unbind(core, participant.connection);
  } else {
    core.connections.erase(participant.connection);
  }
}

void stop_waiting(Core& core, ConnectionId connection) {
  const auto it = core.connections.find(connection);
  if (it == core.connections.end() || it->second.participant.is_set()) return;
  Meeting* meeting = core.meeting(it->second.code);
  unbind(core, connection);
  if (!meeting) return;
  std::erase_if(meeting->waiting,
                [&](const WaitingJoin& w) { return w.origin.connection == connection; });
  std::erase_if(meeting->checking, [&](const CheckingJoin& c) {
    if (c.waiting.origin.connection != connection) return false;
    // It is looked at all the same, and who does not wait for the answer does not guess for
    // nothing.
    core.wrong_passwords.take(c.waiting.join.from, core.now);
    return true;
  });
  close_if_empty(core, *meeting);
}

void remove_participant(Core& core, Meeting& meeting, ParticipantId id, LeaveReason reason) {
  const auto it = meeting.participants.find(id);
  const std::unique_ptr<Participant> leaver = std::move(it->second);
  meeting.participants.erase(it);
  core.timers.cancel(leaver->grace_timer);
  core.timers.cancel(leaver->states_timer);
  announce(core, meeting, *leaver, ParticipantLeft{leaver->who, reason});
  tell_books(core, meeting, Milestone::kParticipantLeft, leaver.get(), reason);
  release_connection(core, *leaver);
  // The others hear one "left" instead of a "closed" for each producer.
  remove_consumers(meeting, *leaver, nullptr);
  for (const ProducerId producer : leaver->producer_order) unpublish(meeting, producer);
  for (const auto& [transport, state] : leaver->transports) {
    meeting.transport_owners.erase(transport);
  }
  core.tell_media(meeting.id, control::Dismiss{id});
  if (leaver->role == Role::kHost) promote_if_leaderless(core, meeting);
  core.log.write(LogLevel::kInfo, "participant_left",
                 {{"meeting", meeting.id.to_string()},
                  {"participant", id.to_string()},
                  {"timed_out", reason == LeaveReason::kTimeout},
                  {"trace", core.trace.trace_id()}});
  close_if_empty(core, meeting);
}

void close_if_empty(Core& core, Meeting& meeting, std::vector<ParticipantId> present) {
  if (meeting.is_used()) return;
  core.timers.cancel(meeting.timer);
  const bool has_started =
      meeting.phase == MeetingPhase::kOpen || meeting.phase == MeetingPhase::kReopening;
  if (has_started) tell_books_of_end(core, meeting, std::move(present));
  if (meeting.phase != MeetingPhase::kLoading) {
    core.tell_media(meeting.id, control::CloseMeeting{});
    core.log.write(LogLevel::kInfo, "meeting_closed",
                   {{"meeting", meeting.id.to_string()}, {"trace", core.trace.trace_id()}});
  }
  core.codes.erase(meeting.id);
  core.meetings.erase(std::string(meeting.code));
}

void dissolve(Core& core, Meeting& meeting, const Notice& last_word, bool is_for_good) {
  std::vector<ConnectionId> all = meeting.connections_except(nullptr);
  for (const LobbyPlace& place : meeting.lobby) all.push_back(place.connection);
  core.notify(all, last_word);
  for (const auto& [id, participant] : meeting.participants) {
    core.timers.cancel(participant->grace_timer);
    core.timers.cancel(participant->states_timer);
    if (is_for_good && participant->is_connected) {
      core.actions.emplace_back(Disconnect{participant->connection});
    }
    release_connection(core, *participant);
  }
  std::vector<ParticipantId> present = meeting.everybody();
  meeting.participants.clear();
  while (!meeting.lobby.empty()) {
    const LobbyPlace& place = meeting.lobby.back();
    if (is_for_good && place.is_connected) {
      core.actions.emplace_back(Disconnect{place.connection});
    }
    take_from_lobby(core, meeting, place.who.id);
  }
  close_if_empty(core, meeting, std::move(present));
}

void refuse_waiting(Core& core, Meeting& meeting, const Error& error) {
  std::vector<WaitingJoin> refused = std::exchange(meeting.waiting, {});
  for (CheckingJoin& checking : std::exchange(meeting.checking, {})) {
    refused.push_back(std::move(checking.waiting));
  }
  for (const WaitingJoin& waiting : refused) {
    unbind(core, waiting.origin.connection);
    core.refuse(waiting.origin, error);
  }
}

void abandon_meeting(Core& core, Meeting& meeting, const Error& error) {
  refuse_waiting(core, meeting, error);
  dissolve(core, meeting, MeetingClosed{}, false);
}

void open_router(Core& core, Meeting& meeting) {
  core.ask_media(meeting, nullptr, control::OpenMeeting{}, OpeningRouter{});
}

}  // namespace confab::call
