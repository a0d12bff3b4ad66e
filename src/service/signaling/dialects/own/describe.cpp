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

boost::json::object describe(const control::LayerStats& layers) {
  const auto layer = [](std::int8_t number) {
    return number < 0 ? boost::json::value(nullptr) : boost::json::value(int{number});
  };
  return {{"reason", control::to_string(layers.reason)},
          {"spatialLayer", layer(layers.current_spatial)},
          {"temporalLayer", layer(layers.current_temporal)},
          {"targetSpatialLayer", layer(layers.target_spatial)},
          {"targetTemporalLayer", layer(layers.target_temporal)},
          {"allottedBps", layers.allotted_bps}};
}

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

call::Role read_role_name(const json::Reader& role) {
  const std::string_view text = role.string(kSourceBytesMax);
  for (const auto known :
       {call::Role::kViewer, call::Role::kMember, call::Role::kCohost, call::Role::kHost}) {
    if (text == call::role_name(known)) return known;
  }
  if (text != "participant") role.fail("expected \"host\", \"cohost\", \"member\" or \"viewer\"");
  return call::Role::kMember;
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
          {"role", call::role_name(participant.role)},
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
  boost::json::object out{
      {"self", describe(state.self)},         {"participants", describe_all(state.participants)},
      {"chat", describe(state.chat)},         {"chatEarlier", state.chat.has_earlier},
      {"speakers", describe(state.speakers)}, {"settings", describe(state.settings)},
      {"permits", describe(state.permits)}};
  boost::json::array deleted;
  for (const MessageId& each : state.deleted) deleted.emplace_back(each.to_string());
  out["chatDeleted"] = std::move(deleted);
  if (state.lobby) out["lobby"] = describe(*state.lobby);
  return out;
}

boost::json::object describe(const call::RoomSettings& settings) {
  return {{"title", settings.title},
          {"lobby", settings.has_lobby},
          {"locked", settings.is_locked},
          {"hasPassword", !settings.password_hash.empty()},
          {"permissions",
           {{"unmute", settings.permissions.unmute},
            {"share", settings.permissions.share},
            {"chat", settings.permissions.chat}}}};
}

boost::json::object describe(const call::Permits& permits) {
  boost::json::array sources;
  for (const auto source : {call::Source::kCamera, call::Source::kMicrophone, call::Source::kScreen,
                            call::Source::kScreenAudio}) {
    if (permits.media.allows(source)) sources.emplace_back(source_name(source));
  }
  return {{"sources", std::move(sources)},
          {"subscribe", permits.media.can_subscribe},
          {"chat", permits.chat},
          {"unmute", permits.unmute}};
}

boost::json::object describe(const call::Waiting& waiting) {
  return {{"id", waiting.id.to_string()}, {"name", waiting.name}, {"since", waiting.since_ms}};
}

boost::json::array describe(const std::vector<call::Waiting>& lobby) {
  return describe_all(lobby);
}

boost::json::object describe(const call::LobbyMessage& message) {
  return {
      {"text", message.text}, {"from", describe_by(message.from)}, {"sentAt", message.sent_at_ms}};
}

boost::json::array describe(const call::BanList& list) {
  boost::json::array out;
  for (const call::Ban& ban : list.bans) {
    out.emplace_back(
        boost::json::object{{"id", ban.id.to_string()}, {"name", ban.name}, {"at", ban.at_ms}});
  }
  return out;
}

boost::json::object describe(const call::People& people) {
  return {{"participants", describe_all(people.participants)}, {"lobby", describe(people.lobby)}};
}

boost::json::value describe_by(const std::optional<call::Who>& by) {
  if (!by) return nullptr;
  return describe_author(*by);
}

}  // namespace confab::signaling::own
