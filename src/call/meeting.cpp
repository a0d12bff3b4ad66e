#include "call/meeting.h"

#include <algorithm>

namespace confab::call {

ProducerInfo Participant::producer_info(ProducerId id) const {
  const Producer& producer = producers.at(id);
  return {id, producer.source, producer.paused};
}

ParticipantInfo Participant::info() const {
  ParticipantInfo out{who, role, joined_at_ms, hand_since_ms, is_connected, {}};
  for (const ProducerId id : producer_order) out.producers.push_back(producer_info(id));
  return out;
}

Participant* Meeting::find(ParticipantId who) {
  const auto it = participants.find(who);
  return it == participants.end() ? nullptr : it->second.get();
}

Participant* Meeting::find_named(std::string_view text) {
  if (const auto parsed = ParticipantId::parse(text)) {
    if (Participant* found = find(*parsed)) return found;
  }
  for (const auto& [key, participant] : participants) {
    if (!participant->who.alias.empty() && participant->who.alias == text) return participant.get();
  }
  return nullptr;
}

Participant* Meeting::find_attempt(std::string_view attempt) {
  if (attempt.size() < kAttemptCharsMin) return nullptr;
  const auto it = std::ranges::find_if(
      participants, [&](const auto& entry) { return entry.second->attempt == attempt; });
  return it == participants.end() ? nullptr : it->second.get();
}

const ChatMessage* Meeting::find_message(MessageId wanted) const {
  return chat.find(wanted);
}

Participant* Meeting::publisher_of(ProducerId producer) {
  const auto it = published.find(producer);
  return it == published.end() ? nullptr : find(it->second.owner);
}

void Meeting::add_consumer(Participant& owner, ConsumerId consumer, const Consumer& state) {
  owner.consumers.emplace(consumer, state);
  published.at(state.producer).consumers.emplace(consumer, owner.who.id);
}

void Meeting::remove_consumer(Participant& owner, ConsumerId consumer) {
  const auto it = owner.consumers.find(consumer);
  published.at(it->second.producer).consumers.erase(consumer);
  owner.consumers.erase(it);
}

std::vector<const Participant*> Meeting::in_order() const {
  std::vector<const Participant*> out;
  out.reserve(participants.size());
  for (const auto& [key, participant] : participants) out.push_back(participant.get());
  std::ranges::sort(out, {}, &Participant::order);
  return out;
}

std::vector<ParticipantId> Meeting::everybody() const {
  std::vector<ParticipantId> out;
  out.reserve(participants.size());
  for (const auto& [key, participant] : participants) out.push_back(key);
  return out;
}

std::vector<ConnectionId> Meeting::connections_except(const Participant* except) const {
  std::vector<ConnectionId> out;
  out.reserve(participants.size());
  for (const auto& [key, participant] : participants) {
    if (participant.get() != except) out.push_back(participant->connection);
  }
  return out;
}

std::vector<ConnectionId> Meeting::leaders() const {
  std::vector<ConnectionId> out;
  for (const auto& [key, participant] : participants) {
    if (participant->role >= Role::kCohost) out.push_back(participant->connection);
  }
  return out;
}

bool Meeting::is_used() const {
  return !participants.empty() || !waiting.empty() || !checking.empty() || !lobby.empty();
}

LobbyPlace* Meeting::find_place(WaitingId wanted) {
  const auto it =
      std::ranges::find(lobby, wanted, [](const LobbyPlace& place) { return place.who.id; });
  return it == lobby.end() ? nullptr : &*it;
}

LobbyPlace* Meeting::find_knock(std::string_view knock) {
  if (knock.empty()) return nullptr;
  const auto it = std::ranges::find(lobby, knock, &LobbyPlace::knock);
  return it == lobby.end() ? nullptr : &*it;
}

std::vector<Waiting> Meeting::waiting_list() const {
  std::vector<Waiting> out;
  for (const LobbyPlace& place : lobby) {
    if (!place.is_admitted) out.push_back(place.who);
  }
  return out;
}

std::optional<std::vector<Waiting>> Meeting::lobby_for(const Participant& viewer) const {
  if (viewer.role < Role::kCohost) return std::nullopt;
  return waiting_list();
}

State Meeting::state_for(const Participant& viewer) const {
  State out;
  out.room = code;
  out.self = viewer.info();
  for (const Participant* participant : in_order()) {
    if (participant == &viewer || participant->grant.is_hidden) continue;
    out.participants.push_back(participant->info());
  }
  out.chat = chat.page(viewer.who.id, std::nullopt);
  out.deleted = chat.removed();
  out.speakers = speakers;
  out.router_capabilities = router_capabilities;
  out.settings = settings;
  out.permits = viewer.permits;
  out.lobby = lobby_for(viewer);
  return out;
}

}  // namespace confab::call
