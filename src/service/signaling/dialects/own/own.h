// The event set of our own clients, version 1 (docs/protocol.md).
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "service/signaling/dialects/codec.h"

namespace confab::signaling::own {

// All there are.
std::span<const EventCodec* const> events();
// nullptr for a name that is not ours.
const EventCodec* find(std::string_view name);
// {"error":{"code","message"}} as the arguments of an acknowledgement.
std::string refusal(const Error& error);
// The `welcome` of a connection.
socketio::Emit welcome(std::int64_t now_ms);
socketio::Emit write_notice(const call::Notice& notice);

// ---- one codec per request; each stands in the file of its name ----
extern const EventCodec kJoin;
extern const EventCodec kLeave;
extern const EventCodec kStateGet;
extern const EventCodec kTransportCreate;
extern const EventCodec kTransportConnect;
extern const EventCodec kTransportRestartIce;
extern const EventCodec kTransportClose;
extern const EventCodec kProduce;
extern const EventCodec kProducerPause;
extern const EventCodec kProducerResume;
extern const EventCodec kProducerClose;
extern const EventCodec kConsume;
extern const EventCodec kConsumerPause;
extern const EventCodec kConsumerResume;
extern const EventCodec kConsumerClose;
extern const EventCodec kConsumerLayers;
extern const EventCodec kStatsGet;
extern const EventCodec kChatSend;
extern const EventCodec kChatHistory;
extern const EventCodec kHandSet;
extern const EventCodec kProfileSet;
extern const EventCodec kParticipantMute;
extern const EventCodec kParticipantAskUnmute;
extern const EventCodec kParticipantStop;
extern const EventCodec kParticipantRemove;
extern const EventCodec kParticipantBan;
extern const EventCodec kParticipantRole;
extern const EventCodec kHandLower;
extern const EventCodec kMeetingMuteAll;
extern const EventCodec kMeetingLowerHands;
extern const EventCodec kChatDelete;
extern const EventCodec kMeetingEnd;
extern const EventCodec kBanList;
extern const EventCodec kBanLift;
extern const EventCodec kRoomSet;
extern const EventCodec kRoomLock;
extern const EventCodec kRoomPassword;
extern const EventCodec kLobbyAdmit;
extern const EventCodec kLobbyDeny;
extern const EventCodec kLobbyAdmitAll;
extern const EventCodec kLobbyMessage;
extern const EventCodec kClientReport;

}  // namespace confab::signaling::own
