// What any client may send as the argument of any event: the first byte picks the event.
#include <array>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/json/json.h"
#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/own/own.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  using namespace confab::signaling;
  static const std::array kCodecs = {&own::kJoin,
                                     &own::kTransportConnect,
                                     &own::kProduce,
                                     &own::kConsume,
                                     &own::kConsumerLayers,
                                     &own::kChatSend,
                                     &own::kHandSet,
                                     &own::kProfileSet,
                                     &own::kClientReport,
                                     &compat::kJoinRoom,
                                     &compat::kProduce,
                                     &compat::kConsume,
                                     &compat::kConnectWebRtcTransport,
                                     &compat::kSendMessage,
                                     &own::kParticipantMute,
                                     &own::kParticipantAskUnmute,
                                     &own::kParticipantStop,
                                     &own::kParticipantBan,
                                     &own::kParticipantRole,
                                     &own::kBanLift,
                                     &own::kRoomSet,
                                     &own::kRoomLock,
                                     &own::kRoomPassword,
                                     &own::kLobbyAdmit,
                                     &own::kLobbyMessage};
  if (size == 0) return 0;
  const EventCodec& codec = *kCodecs[data[0] % kCodecs.size()];
  const auto value = json::parse(as_chars({data + 1, size - 1}));
  if (!value) return 0;
  const auth::TokenSigner signer(auth::TokenSigner::Key{1, 2, 3});
  json::ReadStatus status;
  const json::Reader reader(*value, status);
  const call::Request request = codec.read(reader, {signer, 0, "so_me", false});
  // Nobody signed anything, so nobody may come in as somebody.
  if (const auto* join = std::get_if<call::Join>(&request)) {
    CHECK(!join->resume && !join->is_host);
  }
  return 0;
}
