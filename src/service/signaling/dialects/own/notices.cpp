// Server events of our own set: one function for each, found by overload.
#include <boost/json.hpp>

#include "service/ortc_json/write.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

using boost::json::object;

socketio::Emit event(std::string name, object payload) {
  return {std::move(name), as_args(std::move(payload)), {}, false};
}

socketio::Emit write(const call::ParticipantJoined& n) {
  return event("participant:joined", {{"participant", describe(n.participant)}});
}

std::string_view reason_name(call::LeaveReason reason) {
  switch (reason) {
    case call::LeaveReason::kLeft:
      return "left";
    case call::LeaveReason::kTimeout:
      return "timeout";
    case call::LeaveReason::kRemoved:
      return "removed";
  }
  return "";
}

socketio::Emit write(const call::ParticipantLeft& n) {
  return event("participant:left",
               {{"participantId", n.who.id.to_string()}, {"reason", reason_name(n.reason)}});
}

socketio::Emit write(const call::ParticipantUpdated& n) {
  return event("participant:updated", {{"participant", describe(n.participant)}});
}

socketio::Emit write(const call::ConnectionChanged& n) {
  return event("participant:connection",
               {{"participantId", n.who.id.to_string()},
                {"connection", n.is_connected ? "connected" : "reconnecting"}});
}

socketio::Emit write(const call::ProducerAdded& n) {
  return event("producer:added",
               {{"participantId", n.who.id.to_string()}, {"producer", describe(n.producer)}});
}

object name_producer(const call::Who& who, ProducerId producer) {
  return {{"participantId", who.id.to_string()}, {"producerId", producer.to_string()}};
}

socketio::Emit write(const call::ProducerPauseChanged& n) {
  return event(n.producer.paused ? "producer:paused" : "producer:resumed",
               name_producer(n.who, n.producer.id));
}

socketio::Emit write(const call::ProducerRemoved& n) {
  return event("producer:closed", name_producer(n.who, n.producer.id));
}

socketio::Emit write(const call::ConsumerRemoved& n) {
  return event("consumer:closed",
               {{"consumerId", n.consumer.to_string()}, {"producerId", n.producer.to_string()}});
}

socketio::Emit write(const call::QualityChanged& n) {
  object payload = describe(n.layers);
  payload["consumerId"] = n.consumer.to_string();
  auto out = event("consumer:quality", std::move(payload));
  // Who comes back asks how it is now (stats:get).
  out.is_volatile = true;
  return out;
}

socketio::Emit write(const call::ChatPosted& n) {
  return event("chat:message", {{"message", describe(n.message)}});
}

socketio::Emit write(const call::ChatDeleted& n) {
  return event("chat:deleted", {{"messageId", n.message.to_string()}});
}

socketio::Emit write(const call::SpeakersChanged& n) {
  auto out = event("speakers", {{"speakers", describe(n.speakers)}});
  out.is_volatile = true;
  return out;
}

socketio::Emit write(const call::TransportChanged& n) {
  return event("transport:state", {{"transportId", n.transport.to_string()},
                                   {"state", ortc_json::transport_state_name(n.state)},
                                   {"reason", n.reason}});
}

socketio::Emit write(const call::MediaLost& n) {
  return event(
      "media:lost",
      {{"reason", n.reason}, {"routerRtpCapabilities", ortc_json::to_json(n.router_capabilities)}});
}

socketio::Emit write(const call::MeetingClosed&) {
  return event("meeting:closed", {{"reason", "unavailable"}});
}

socketio::Emit write(const call::SessionReplaced&) {
  return event("session:replaced", {});
}

socketio::Emit write(const call::ServerRestarting& n) {
  return event("server:restarting", {{"reconnectInMs", to_ms(n.reconnect_in)}});
}

// ---- what hosts did ----

socketio::Emit write(const call::SelfUpdated& n) {
  object out{{"self", describe(n.self)}, {"permits", describe(n.permits)}};
  if (n.lobby) out["lobby"] = describe(*n.lobby);
  return event("self:updated", std::move(out));
}

socketio::Emit write(const call::RoomUpdated& n) {
  return event("room:updated", {{"settings", describe(n.settings)}, {"by", describe_by(n.by)}});
}

socketio::Emit write(const call::DecisionsUnkept& n) {
  return event("room:unkept", {{"unkept", n.is_unkept}});
}

std::string_view action_name(call::ModerationKind kind) {
  switch (kind) {
    case call::ModerationKind::kMute:
      return "mute";
    case call::ModerationKind::kStop:
      return "stop";
    case call::ModerationKind::kLowerHand:
      return "lower-hand";
  }
  return "";
}

socketio::Emit write(const call::Moderated& n) {
  object out{{"action", action_name(n.kind)}, {"by", describe_by(n.by)}};
  if (n.source) out["source"] = source_name(*n.source);
  return event("moderation", std::move(out));
}

socketio::Emit write(const call::UnmuteAsked& n) {
  return event("unmute:asked", {{"source", source_name(n.source)}, {"by", describe_by(n.by)}});
}

socketio::Emit write(const call::Removed& n) {
  return event("removed", {{"banned", n.is_banned}, {"by", describe_by(n.by)}});
}

socketio::Emit write(const call::MeetingEnded& n) {
  return event("meeting:ended", {{"by", describe_by(n.by)}});
}

std::string_view outcome_name(call::LobbyOutcome outcome) {
  switch (outcome) {
    case call::LobbyOutcome::kAdmitted:
      return "admitted";
    case call::LobbyOutcome::kDenied:
      return "denied";
    case call::LobbyOutcome::kLeft:
      return "left";
  }
  return "";
}

socketio::Emit write(const call::LobbyKnocked& n) {
  return event("lobby:knocked", {{"waiting", describe(n.waiting)}});
}

socketio::Emit write(const call::LobbyLeft& n) {
  return event("lobby:left",
               {{"waitingId", n.waiting.to_string()}, {"reason", outcome_name(n.outcome)}});
}

socketio::Emit write(const call::LobbyAdmitted&) {
  return event("lobby:admitted", {});
}

socketio::Emit write(const call::LobbyDenied&) {
  return event("lobby:denied", {});
}

socketio::Emit write(const call::LobbyMessage& n) {
  return event("lobby:message", describe(n));
}

}  // namespace

socketio::Emit write_notice(const call::Notice& notice) {
  return std::visit([](const auto& n) { return write(n); }, notice);
}

}  // namespace confab::signaling::own
