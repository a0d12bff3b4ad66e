#include <boost/json.hpp>

#include "service/signaling/dialects/own/own.h"

namespace confab::signaling::own {
namespace {

constexpr std::size_t kNameBytesMax = 1024;  // counted in characters later

call::Request read_hand(const json::Reader& in, const ReadContext&) {
  return call::SetHand{in["raised"].boolean()};
}

Outgoing write_hand(const call::ReplyBody& body, const WriteContext&) {
  const auto since_ms = std::get<call::HandChanged>(body).since_ms;
  return acknowledge_with(
      {{"hand", since_ms ? boost::json::value(*since_ms) : boost::json::value(nullptr)}});
}

call::Request read_name(const json::Reader& in, const ReadContext&) {
  return call::SetName{std::string(in["name"].string(kNameBytesMax))};
}

Outgoing write_name(const call::ReplyBody& body, const WriteContext& context) {
  const auto& changed = std::get<call::NameChanged>(body);
  return acknowledge_with(
      {{"name", changed.name},
       {"resumeToken", make_resume_token(context, changed.room, changed.participant, changed.name,
                                         changed.token_generation)}});
}

}  // namespace

const EventCodec kHandSet{"hand:set", read_hand, write_hand};
const EventCodec kProfileSet{"profile:set", read_name, write_name};

}  // namespace confab::signaling::own
