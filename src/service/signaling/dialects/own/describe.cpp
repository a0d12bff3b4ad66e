#include "service/signaling/dialects/own/describe.h"

#include <boost/json.hpp>

#include "service/ortc_json/write.h"

namespace confab::signaling::own {
namespace {

constexpr std::size_t kSourceBytesMax = 16;

template <typename T>
boost::json::array describe_all(const std::vector<T>& all) {
  boost::json::array out;
  out.reserve(all.size());
  for (const T& one : all) out.emplace_back(describe(one));
  return out;
}

boost::json::object describe_author(const call::Who& who) {
  return {{"id", who.id.to_string()}, {"name", who.name}};
}

}  // namespace

std::string_view source_name(call::Source source) {
  switch (source) {
    case call::Source::kCamera:
      return "camera";
    case call::Source::kMicrophone:
      return "microphone";
    case call::Source::kScreen:
      return "screen";
    case call::Source::kScreenAudio:
      return "screen-audio";
  }
  return "";
}

call::Source read_source(const json::Reader& source) {
  const std::string_view text = source.string(kSourceBytesMax);
  for (const auto known : {call::Source::kCamera, call::Source::kMicrophone, call::Source::kScreen,
                           call::Source::kScreenAudio}) {
    if (text == source_name(known)) return known;
  }
  source.fail("expected \"camera\", \"microphone\", \"screen\" or \"screen-audio\"");
  return call::Source::kCamera;
}

boost::json::object describe(const call::ProducerInfo& producer) {
  return {{"id", producer.id.to_string()},
          {"kind", ortc_json::kind_name(control::kind_of(producer.source))},
          {"source", source_name(producer.source)},
          {"paused", producer.paused}};
}

boost::json::object describe(const call::ParticipantInfo& participant) {
  boost::json::value hand;
  if (participant.hand_since_ms) hand = *participant.hand_since_ms;
  return {{"id", participant.who.id.to_string()},
          {"name", participant.who.name},
          {"role", participant.role == call::Role::kHost ? "host" : "member"},
          {"joinedAt", participant.joined_at_ms},
          {"hand", std::move(hand)},
          {"connection", participant.is_connected ? "connected" : "reconnecting"},
          {"producers", describe_all(participant.producers)}};
}

boost::json::object describe(const call::ChatMessage& message) {
  boost::json::value to;
  if (message.to) to = describe_author(*message.to);
  return {{"id", message.id.to_string()},
          {"from", describe_author(message.from)},
          {"to", std::move(to)},
          {"text", message.text},
          {"sentAt", message.sent_at_ms}};
}

boost::json::array describe(const std::vector<call::Speaker>& speakers) {
  boost::json::array out;
  for (const call::Speaker& speaker : speakers) {
    out.emplace_back(boost::json::object{{"participantId", speaker.participant.to_string()},
                                         {"producerId", speaker.producer.to_string()},
                                         {"level", speaker.level_dbov}});
  }
  return out;
}

boost::json::array describe(const call::ChatPage& page) {
  return describe_all(page.messages);
}

boost::json::object describe(const call::State& state) {
  return {{"self", describe(state.self)},
          {"participants", describe_all(state.participants)},
          {"chat", describe(state.chat)},
          {"chatEarlier", state.chat.has_earlier},
          {"speakers", describe(state.speakers)}};
}

}  // namespace confab::signaling::own
