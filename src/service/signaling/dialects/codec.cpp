#include "service/signaling/dialects/codec.h"

#include <boost/json.hpp>
#include <chrono>

namespace confab::signaling {

std::string as_args(boost::json::object object) {
  boost::json::array args;
  args.emplace_back(std::move(object));
  return json::serialize(args);
}

Outgoing acknowledge_with(boost::json::object object) {
  return {as_args(std::move(object)), {}};
}

Outgoing acknowledge_done(const call::ReplyBody&, const WriteContext&) {
  return acknowledge_with({});
}

std::string make_resume_token(const WriteContext& context, const std::string& room,
                              ParticipantId participant, const std::string& name,
                              std::uint64_t generation) {
  // Of a role it says nothing: that stands in the room.
  return context.signer.sign({room, participant, name, context.granted_to,
                              context.now_ms + to_ms(context.config.call.resume_token_lifetime),
                              generation});
}

}  // namespace confab::signaling
