#include "service/signaling/dialects/compat/describe.h"

#include <boost/json.hpp>

#include "platform/clock/clock.h"
#include "service/ortc_json/write.h"

namespace confab::signaling::compat {
namespace {

std::string_view type_name(call::Source source) {
  switch (source) {
    case call::Source::kCamera:
      return "video";
    case call::Source::kMicrophone:
      return "audio";
    case call::Source::kScreen:
    case call::Source::kScreenAudio:
      return "screen";
  }
  return "";
}

}  // namespace

bool is_known(call::Source source) {
  return source != call::Source::kScreenAudio;
}

std::string user_id(const call::Who& who) {
  return who.alias.empty() ? who.id.to_string() : who.alias;
}

boost::json::object describe_user(const call::Who& who) {
  return {{"userId", user_id(who)}, {"userName", who.name}, {"socketId", user_id(who)}};
}

boost::json::object describe_app_data(call::Source source, const call::Who& who,
                                      std::string_view room) {
  return {{"type", type_name(source)}, {"roomId", room}, {"userId", user_id(who)}};
}

socketio::Emit message_received(const call::ChatMessage& message) {
  return {"messageReceived",
          as_args({{"senderId", user_id(message.from)},
                   {"senderName", message.from.name},
                   {"message", message.text},
                   {"timestamp", format_utc(message.sent_at_ms)},
                   {"isPrivate", message.to.has_value()}}),
          {},
          false};
}

socketio::Emit pause_changed(const call::Who& who, const call::ProducerInfo& producer) {
  return {producer.paused ? "producerPaused" : "producerResumed",
          as_args({{"producerId", producer.id.to_string()},
                   {"userId", user_id(who)},
                   {"kind", ortc_json::kind_name(control::kind_of(producer.source))}}),
          {},
          false};
}

}  // namespace confab::signaling::compat
