// The shapes that several compatibility events share.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "call/types.h"
#include "service/signaling/dialects/codec.h"

namespace confab::signaling::compat {

// The socket id; for participants with our own client, who have none there, the participant id.
std::string user_id(const call::Who& who);

// {userId, userName, socketId}
boost::json::object describe_user(const call::Who& who);
// Whether these clients know such a producer. They keep one of type "screen" for each person: a
// second one, the sound of it, would take the picture's place and show black.
bool is_known(call::Source source);

// {type, roomId, userId}, as the publisher gave it
boost::json::object describe_app_data(call::Source source, const call::Who& who,
                                      std::string_view room);
// `messageReceived`
socketio::Emit message_received(const call::ChatMessage& message);
// `producerPaused` or `producerResumed`
socketio::Emit pause_changed(const call::Who& who, const call::ProducerInfo& producer);

}  // namespace confab::signaling::compat
