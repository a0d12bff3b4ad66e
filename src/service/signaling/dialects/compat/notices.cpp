// Server events of the compatibility set: one function for each, found by overload.
#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/compat/describe.h"

namespace confab::signaling::compat {
namespace {

using MaybeEmit = std::optional<socketio::Emit>;

socketio::Emit event(std::string name, boost::json::object payload) {
  return {std::move(name), as_args(std::move(payload)), {}, false};
}

MaybeEmit write(const call::ParticipantJoined& n, std::string_view) {
  return event("userJoined", describe_user(n.participant.who));
}

MaybeEmit write(const call::ParticipantLeft& n, std::string_view) {
  return event("userLeft", {{"userId", user_id(n.who)}});
}

MaybeEmit write(const call::ProducerAdded& n, std::string_view room) {
  if (!is_known(n.producer.source)) return std::nullopt;
  return event("newProducer", {{"producerId", n.producer.id.to_string()},
                               {"userId", user_id(n.who)},
                               {"appData", describe_app_data(n.producer.source, n.who, room)}});
}

MaybeEmit write(const call::ProducerPauseChanged& n, std::string_view) {
  if (!is_known(n.producer.source)) return std::nullopt;
  return pause_changed(n.who, n.producer);
}

MaybeEmit write(const call::ProducerRemoved& n, std::string_view) {
  if (!is_known(n.producer.source)) return std::nullopt;
  return event("producerClosed",
               {{"producerId", n.producer.id.to_string()}, {"userId", user_id(n.who)}});
}

MaybeEmit write(const call::ChatPosted& n, std::string_view) {
  return message_received(n.message);
}

// These clients know no such events.
MaybeEmit write(const call::ParticipantUpdated&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::ConnectionChanged&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::ConsumerRemoved&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::QualityChanged&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::ChatDeleted&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::SpeakersChanged&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::TransportChanged&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::MediaLost&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::MeetingClosed&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::SessionReplaced&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::ServerRestarting&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::SelfUpdated&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::RoomUpdated&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::DecisionsUnkept&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::Moderated&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::UnmuteAsked&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::Removed&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::MeetingEnded&, std::string_view) {
  return std::nullopt;
}
// None of them leads, so none hears of who waits; and none waits.
MaybeEmit write(const call::LobbyKnocked&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::LobbyLeft&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::LobbyAdmitted&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::LobbyDenied&, std::string_view) {
  return std::nullopt;
}
MaybeEmit write(const call::LobbyMessage&, std::string_view) {
  return std::nullopt;
}

}  // namespace

std::optional<socketio::Emit> write_notice(const call::Notice& notice, std::string_view room) {
  return std::visit([&](const auto& n) { return write(n, room); }, notice);
}

}  // namespace confab::signaling::compat
