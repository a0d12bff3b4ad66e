#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "service/signaling/dialects/compat/compat.h"

namespace confab::signaling::compat {

std::span<const EventCodec* const> events() {
  static constexpr std::array kAll = {&kJoinRoom,
                                      &kLeaveRoom,
                                      &kGetRouterRtpCapabilities,
                                      &kCreateWebRtcTransport,
                                      &kConnectWebRtcTransport,
                                      &kProduce,
                                      &kConsume,
                                      &kResumeConsumer,
                                      &kGetProducers,
                                      &kProducerClosed,
                                      &kPauseProducer,
                                      &kResumeProducer,
                                      &kSendMessage};
  return kAll;
}

const EventCodec* find(std::string_view name) {
  const auto all = events();
  const auto it = std::ranges::find(all, name, [](const EventCodec* c) { return c->name; });
  return it == all.end() ? nullptr : *it;
}

std::string refusal(const EventCodec* codec, const Error& error) {
  // These clients show this very text for a room that does not exist.
  const bool is_unknown_room = codec == &kJoinRoom && error.code == ErrorCode::kNotFound;
  return as_args({{"error", is_unknown_room ? "Room not found" : error.message}});
}

}  // namespace confab::signaling::compat
