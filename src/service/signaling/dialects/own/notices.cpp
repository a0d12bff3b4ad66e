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

socketio::Emit write(const call::ChatPosted& n) {
  return event("chat:message", {{"message", describe(n.message)}});
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

}  // namespace

socketio::Emit write_notice(const call::Notice& notice) {
  return std::visit([](const auto& n) { return write(n); }, notice);
}

}  // namespace confab::signaling::own
