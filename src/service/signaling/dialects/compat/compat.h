// The event set of front ends written for an older video-call system (docs/protocol.md,
// "Compatibility events"). There a person is known by the id of its socket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "service/signaling/dialects/codec.h"

namespace confab::signaling::compat {

// All there are.
std::span<const EventCodec* const> events();
// nullptr for a name that is not in the set.
const EventCodec* find(std::string_view name);
// {"error": "<text>"} as the arguments of an acknowledgement. `codec` is null for an event that is
// not in the set.
std::string refusal(const EventCodec* codec, const Error& error);
// Nothing for what these clients have no event for. `room` is the code of the meeting.
std::optional<socketio::Emit> write_notice(const call::Notice& notice, std::string_view room);

// ---- one codec per request; each stands in the file of its name ----
extern const EventCodec kJoinRoom;
extern const EventCodec kLeaveRoom;
extern const EventCodec kGetRouterRtpCapabilities;
extern const EventCodec kCreateWebRtcTransport;
extern const EventCodec kConnectWebRtcTransport;
extern const EventCodec kProduce;
extern const EventCodec kConsume;
extern const EventCodec kResumeConsumer;
extern const EventCodec kGetProducers;
extern const EventCodec kProducerClosed;
extern const EventCodec kPauseProducer;
extern const EventCodec kResumeProducer;
extern const EventCodec kSendMessage;

}  // namespace confab::signaling::compat
