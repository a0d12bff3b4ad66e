#include <algorithm>
#include <boost/json.hpp>

#include "call/text.h"
#include "platform/auth/fingerprint.h"
#include "platform/auth/password_hash.h"
#include "platform/version/version.h"
#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"
#include "service/protocol/protocol.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"
#include "service/signaling/ice_servers.h"

namespace confab::signaling::own {
namespace {

constexpr std::size_t kRoomBytesMax = 64;
constexpr std::size_t kNameBytesMax = 1024;  // counted in characters later
constexpr std::size_t kTokenBytesMax = 1024;
constexpr std::size_t kAttemptBytesMax = 64;
constexpr std::size_t kDeviceBytesMin = 22;  // 128 bits
constexpr std::size_t kDeviceBytesMax = 64;
constexpr std::size_t kKnockBytesMax = 64;

std::optional<call::ResumeClaims> read_claims(const json::Reader& token,
                                              const ReadContext& context) {
  if (!token.present()) return std::nullopt;
  const auto claims = context.signer.verify(token.string(kTokenBytesMax), context.now_ms);
  // One that is not ours or too old is no error: the join goes on as a new participant.
  if (!claims) return std::nullopt;
  // Nor is one for a seat that an access token gave, without a token of that identity: it would
  // outlive the other's end and revocation.
  if (claims->granted_to && claims->granted_to != context.granted_to) return std::nullopt;
  return call::ResumeClaims{claims->room, claims->participant, claims->name, claims->generation};
}

// A room made since there are settings knows the hash of its key; those before know none, and have
// a key that was signed.
void read_host_key(const json::Reader& key, const ReadContext& context, call::Join& out) {
  if (!key.present()) return;
  const std::string_view text = key.string(kTokenBytesMax);
  out.host_key_hash = auth::fingerprint(text);
  const auto code = call::normalize_room_code(out.room);
  out.is_host = code && context.signer.is_host_key(text, *code);
}

// Ours to keep is the hash: nobody who reads the database can pass for the browser.
std::string read_device(const json::Reader& device) {
  const std::string_view text = device.string_or("", kDeviceBytesMax);
  if (text.empty()) return {};
  const bool is_random = text.size() >= kDeviceBytesMin && std::ranges::all_of(text, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                                  (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
                         });
  if (!is_random) device.fail("expected 22 to 64 of A-Z, a-z, 0-9, - and _");
  return auth::fingerprint(text);
}

call::Request read(const json::Reader& in, const ReadContext& context) {
  call::Join out;
  out.room = in["room"].string(kRoomBytesMax);
  out.name = in["name"].string_or("", kNameBytesMax);
  out.resume = read_claims(in["resumeToken"], context);
  read_host_key(in["hostKey"], context, out);
  out.password = in["password"].string_or("", auth::kPasswordBytesMax);
  out.device = read_device(in["device"]);
  out.knock = in["knock"].string_or("", kKnockBytesMax);
  out.attempt = in["attempt"].string_or("", kAttemptBytesMax);
  out.keep_media = in["keepMedia"].boolean_or(false);
  out.wants_transports = in["transports"].boolean_or(false);
  if (in["rtpCapabilities"].present()) {
    out.rtp_capabilities = ortc_json::read_rtp_capabilities(in["rtpCapabilities"]);
  }
  return out;
}

boost::json::object describe_kept(const call::JoinedMeeting& joined) {
  boost::json::array transports;
  for (const call::TransportInfo& transport : joined.own_transports) {
    transports.emplace_back(boost::json::object{
        {"id", transport.id.to_string()}, {"direction", transport.is_send ? "send" : "recv"}});
  }
  boost::json::array consumers;
  for (const call::ConsumerInfo& consumer : joined.own_consumers) {
    consumers.emplace_back(boost::json::object{{"id", consumer.id.to_string()},
                                               {"producerId", consumer.producer.to_string()},
                                               {"paused", consumer.paused},
                                               {"producerPaused", consumer.producer_paused}});
  }
  return {{"transports", std::move(transports)}, {"consumers", std::move(consumers)}};
}

Outgoing write_waiting(const call::InLobby& in_lobby) {
  boost::json::value message;
  if (in_lobby.message) message = describe(*in_lobby.message);
  return acknowledge_with({{"waiting", describe(in_lobby.waiting)},
                           {"knock", in_lobby.knock},
                           {"room", in_lobby.room},
                           {"title", in_lobby.title},
                           {"message", std::move(message)}});
}

Outgoing write(const call::ReplyBody& body, const WriteContext& context) {
  if (const auto* waits = std::get_if<call::InLobby>(&body)) return write_waiting(*waits);
  const auto& joined = std::get<call::JoinedMeeting>(body);
  const call::ParticipantInfo& self = joined.state.self;
  boost::json::object out = describe(joined.state);
  out["participantId"] = self.who.id.to_string();
  out["resumeToken"] = make_resume_token(context, joined.state.room, self.who.id, self.who.name,
                                         joined.token_generation);
  out["meetingId"] = joined.meeting.to_string();
  out["room"] = joined.state.room;
  out["resumed"] = joined.resumed;
  out["mediaKept"] = joined.media_kept;
  out["routerRtpCapabilities"] = ortc_json::to_json(joined.state.router_capabilities);
  out["iceServers"] = ice_servers(context.config.ice, context.ice_servers.usable(),
                                  self.who.id.to_string(), context.now_ms);
  if (joined.send_transport && joined.receive_transport) {
    out["transports"] = {{"send", ortc_json::to_json(*joined.send_transport)},
                         {"recv", ortc_json::to_json(*joined.receive_transport)}};
  }
  if (joined.media_kept) out["own"] = describe_kept(joined);
  out["limits"] = protocol::describe_limits(context.config.call);
  out["build"] = build_id();
  out["serverTime"] = context.now_ms;
  return acknowledge_with(std::move(out));
}

}  // namespace

const EventCodec kJoin{"join", read, write};

}  // namespace confab::signaling::own
