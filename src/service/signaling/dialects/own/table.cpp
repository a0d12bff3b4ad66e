#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "platform/version/version.h"
#include "service/protocol/protocol.h"
#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {

std::span<const EventCodec* const> events() {
  static constexpr std::array kAll = {&kJoin,
                                      &kLeave,
                                      &kStateGet,
                                      &kTransportCreate,
                                      &kTransportConnect,
                                      &kTransportRestartIce,
                                      &kTransportClose,
                                      &kProduce,
                                      &kProducerPause,
                                      &kProducerResume,
                                      &kProducerClose,
                                      &kConsume,
                                      &kConsumerPause,
                                      &kConsumerResume,
                                      &kConsumerClose,
                                      &kConsumerLayers,
                                      &kStatsGet,
                                      &kChatSend,
                                      &kChatHistory,
                                      &kChatDelete,
                                      &kHandSet,
                                      &kProfileSet,
                                      &kParticipantMute,
                                      &kParticipantAskUnmute,
                                      &kParticipantStop,
                                      &kParticipantRemove,
                                      &kParticipantBan,
                                      &kParticipantRole,
                                      &kHandLower,
                                      &kMeetingMuteAll,
                                      &kMeetingLowerHands,
                                      &kMeetingEnd,
                                      &kBanList,
                                      &kBanLift,
                                      &kRoomSet,
                                      &kRoomLock,
                                      &kRoomPassword,
                                      &kLobbyAdmit,
                                      &kLobbyDeny,
                                      &kLobbyAdmitAll,
                                      &kLobbyMessage,
                                      &kClientReport};
  return kAll;
}

const EventCodec* find(std::string_view name) {
  const auto all = events();
  const auto it = std::ranges::find(all, name, [](const EventCodec* c) { return c->name; });
  return it == all.end() ? nullptr : *it;
}

std::string refusal(const Error& error) {
  return as_args({{"error", {{"code", error_code_name(error.code)}, {"message", error.message}}}});
}

socketio::Emit welcome(std::int64_t now_ms) {
  return {
      "welcome",
      as_args({{"protocol", protocol::kVersion}, {"build", build_id()}, {"serverTime", now_ms}}),
      {},
      false};
}

}  // namespace confab::signaling::own
