#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/compat/describe.h"

namespace confab::signaling::compat {
namespace {

constexpr std::size_t kRoomBytesMax = 64;
constexpr std::size_t kNameBytesMax = 1024;

// `userId` is not looked at: a person is its socket.
call::Request read(const json::Reader& in, const ReadContext& context) {
  // Some of these clients join twice (an effect run twice); the second time is a look.
  if (context.is_joined) return call::GetState{};
  call::Join out;
  out.room = in["roomId"].string(kRoomBytesMax);
  out.name = in["userName"].string(kNameBytesMax);
  out.alias = context.socket_id;
  return out;
}

boost::json::object describe_participants(const call::State& state) {
  boost::json::array participants;
  for (const call::ParticipantInfo& other : state.participants) {
    participants.emplace_back(describe_user(other.who));
  }
  return {{"participants", std::move(participants)}};
}

Outgoing write(const call::ReplyBody& body, const WriteContext&) {
  if (const auto* state = std::get_if<call::State>(&body)) {
    return acknowledge_with(describe_participants(*state));
  }
  // A late joiner is told what it missed in the events it knows.
  const call::State& state = std::get<call::JoinedMeeting>(body).state;
  Outgoing out = acknowledge_with(describe_participants(state));
  for (const call::ChatMessage& message : state.chat.messages) {
    out.emits.push_back(message_received(message));
  }
  for (const call::ParticipantInfo& other : state.participants) {
    for (const call::ProducerInfo& producer : other.producers) {
      if (producer.paused && is_known(producer.source))
        out.emits.push_back(pause_changed(other.who, producer));
    }
  }
  return out;
}

}  // namespace

const EventCodec kJoinRoom{"joinRoom", read, write};

}  // namespace confab::signaling::compat
