#include "service/loadtest/participant.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "client/negotiate.h"
#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "rtc/ortc/validate.h"
#include "service/ortc_json/read.h"
#include "service/ortc_json/write.h"

namespace confab::loadtest {
namespace {

namespace bj = boost::json;

constexpr std::int64_t kProtocol = 1;
constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kParticipantsMax = 10'000;
constexpr std::size_t kProducersMax = 64;
constexpr std::size_t kCandidatesMax = 64;
constexpr std::size_t kEventBytesMax = 64 * 1024;

bj::object auth_payload(const Options& options) {
  bj::object auth{{"protocol", kProtocol}, {"client", "confab-loadtest"}};
  if (!options.token.empty()) auth["token"] = options.token;
  return auth;
}

ortc::IceParameters read_ice(const json::Reader& in) {
  return {.username_fragment = std::string(in["usernameFragment"].string(256)),
          .password = std::string(in["password"].string(256))};
}

// UDP, and the address we reach signaling at if it is among them: the way that is open for sure.
std::optional<Endpoint> choose_candidate(const json::Reader& list, const IpAddress& signaling) {
  std::optional<Endpoint> best;
  list.elements(kCandidatesMax, [&](const json::Reader& candidate) {
    if (candidate["protocol"].string(8) != "udp") return;
    const auto address = IpAddress::parse(candidate["address"].string(64));
    const auto port = static_cast<std::uint16_t>(candidate["port"].integer(1, 65535));
    if (!address) return;
    const bool is_better =
        !best || (best->address != signaling &&
                  (*address == signaling || (address->is_v4() == signaling.is_v4() &&
                                             best->address.is_v4() != signaling.is_v4())));
    if (is_better) best = Endpoint{*address, port};
  });
  return best;
}

}  // namespace

Participant::Participant(const Surroundings& around, Role role, MediaThread& media,
                         TransportKey key, OnChange on_change)
    : around_(around),
      role_(std::move(role)),
      media_(media),
      key_(key),
      on_change_(std::move(on_change)),
      send_{.key = key, .id = {}},
      receive_{.key = key + 1, .id = {}} {}

void Participant::start() {
  state_ = State::kJoining;
  started_at_ = monotonic_now();
  socket_.emplace(around_.loop, around_.target, auth_payload(around_.options),
                  SocketIoClient::Handlers{
                      .on_connected = [this] { handle_connected(); },
                      .on_event = [this](std::string_view name,
                                         const std::string& args) { handle_event(name, args); },
                      .on_closed = [this](std::string_view why) { fail_with(std::string(why)); }});
}

void Participant::leave() {
  if (state_ == State::kNew || is_over()) return;
  socket_->request("leave", {}, [](const Result<bj::value>&) {});
}

// An answer that is an error ends the participant; everything it asks for is needed.
void Participant::request(std::string_view event, const bj::object& payload,
                          std::move_only_function<void(const bj::value&)> then) {
  socket_->request(event, payload,
                   [this, name = std::string(event),
                    then = std::move(then)](const Result<bj::value>& answer) mutable {
                     if (!answer) return fail_with(name + ": " + answer.error().message);
                     if (!is_over()) then(*answer);
                   });
}

void Participant::handle_connected() {
  request("join", {{"room", role_.room}, {"name", role_.name}, {"transports", true}},
          [this](const bj::value& answer) { handle_joined(answer); });
}

void Participant::handle_joined(const bj::value& answer) {
  times_.joined = monotonic_now() - started_at_;
  state_ = State::kConnecting;
  json::ReadStatus status;
  const json::Reader root(answer, status, "join");
  router_ = ortc_json::read_rtp_capabilities(root["routerRtpCapabilities"]);
  if (!status.ok()) return fail_with(status.error().message);
  capabilities_ = ortc_json::to_json(router_);

  const bj::value& transports = answer.at("transports");
  for (const auto& [leg, name, is_wanted] :
       {std::tuple{&send_, "send", role_.publishes}, {&receive_, "recv", role_.subscribes}}) {
    if (!is_wanted) continue;
    if (const auto opened = open_leg(*leg, transports.at(name)); !opened) {
      return fail_with(opened.error().message);
    }
    announce_fingerprint(*leg);
  }
  if (role_.publishes) publish_all(router_);
  if (role_.subscribes) read_others(answer);
  check_ready();
}

Result<void> Participant::open_leg(Leg& leg, const bj::value& transport) {
  json::ReadStatus status;
  const json::Reader root(transport, status, "transport");
  leg.id = root["id"].string(kIdBytes);
  client::TransportConfig config;
  config.remote_ice = read_ice(root["iceParameters"]);
  config.remote_fingerprints = ortc_json::read_dtls_parameters(root["dtlsParameters"]).fingerprints;
  config.verify_one_in = around_.options.verify_one_in;
  config.wall = around_.wall;
  const auto remote = choose_candidate(root["iceCandidates"], around_.target.address);
  if (!status.ok()) return std::unexpected(status.error());
  if (!remote) return fail(ErrorCode::kUnsupported, "the server offers no UDP candidate");
  if (!around_.options.i_own_this_server && !is_private_address(remote->address)) {
    return fail(
        ErrorCode::kForbidden,
        "the server's media has a public address: --i-own-this-server says that it is yours");
  }
  media_.open(leg.key, *remote, std::move(config));
  return {};
}

void Participant::announce_fingerprint(const Leg& leg) {
  const ortc::DtlsParameters ours{.role = ortc::DtlsRole::kClient,
                                  .fingerprints = {around_.identity.fingerprint()}};
  request("transport:connect",
          {{"transportId", leg.id}, {"dtlsParameters", ortc_json::to_json(ours)}},
          [](const bj::value&) {});
}

void Participant::publish_all(const ortc::RtpCapabilities& router) {
  const Options& options = around_.options;
  if (options.audio) {
    produce(ortc::MediaKind::kAudio, client::offer_audio(router, "a", around_.random));
  }
  if (options.video) {
    produce(ortc::MediaKind::kVideo,
            client::offer_video(router, "v",
                                {.bitrate_bps = options.video_bitrate_bps,
                                 .frames_per_second = options.frames_per_second,
                                 .simulcast = options.simulcast},
                                around_.random));
  }
}

template <typename Track>
void Participant::produce(ortc::MediaKind kind, const Track& offer) {
  if (!offer) return fail_with(offer.error().message);
  const bool is_audio = kind == ortc::MediaKind::kAudio;
  // The first packet may not overtake the producer: it would be counted as unknown.
  request("produce",
          {{"transportId", send_.id},
           {"kind", ortc_json::kind_name(kind)},
           {"source", is_audio ? "microphone" : "camera"},
           {"rtpParameters", ortc_json::to_json(offer->parameters)}},
          [this, track = offer->track](const bj::value&) { media_.publish(send_.key, track); });
}

void Participant::read_others(const bj::value& answer) {
  json::ReadStatus status;
  const json::Reader root(answer, status, "join");
  root["participants"].elements(kParticipantsMax, [&](const json::Reader& other) {
    other["producers"].elements(kProducersMax, [&](const json::Reader& producer) {
      consume(std::string(producer["id"].string(kIdBytes)));
    });
  });
  if (!status.ok()) fail_with(status.error().message);
}

void Participant::handle_event(std::string_view name, const std::string& args_json) {
  if (is_over()) return;
  if (name == "media:lost") return rebuild();
  if (name == "producer:added" && role_.subscribes) handle_producer(args_json);
}

void Participant::handle_producer(const std::string& args_json) {
  const auto args = json::parse(args_json, kEventBytesMax);
  if (!args || !args->is_array() || args->get_array().empty()) return;
  json::ReadStatus status;
  const json::Reader root(args->get_array().front(), status, "producer:added");
  const std::string producer(root["producer"]["id"].string(kIdBytes));
  if (status.ok()) consume(producer);
}

void Participant::rebuild() {
  lost_at_ = monotonic_now();
  consumed_.clear();
  announced_.clear();
  has_sent_capabilities_ = false;
  for (Leg* leg : {&send_, &receive_}) {
    media_.close(leg->key);
    leg->id.clear();
    leg->is_connected = false;
  }
  if (role_.publishes) reopen_leg(send_, "send");
  if (role_.subscribes) reopen_leg(receive_, "recv");
}

void Participant::reopen_leg(Leg& leg, std::string_view direction) {
  request("transport:create", {{"direction", direction}}, [this, &leg](const bj::value& answer) {
    if (const auto opened = open_leg(leg, answer); !opened) {
      return fail_with(opened.error().message);
    }
    announce_fingerprint(leg);
    if (&leg == &send_) return publish_all(router_);
    for (const std::string& producer : std::exchange(announced_, {})) consume(producer);
  });
}

void Participant::consume(const std::string& producer) {
  // Before the transport is there, there is nothing to consume with.
  if (receive_.id.empty()) return announced_.push_back(producer);
  // An event may tell what the join's answer told already.
  if (!consumed_.insert(producer).second) return;
  bj::object payload{{"transportId", receive_.id}, {"producerId", producer}};
  if (!std::exchange(has_sent_capabilities_, true)) payload["rtpCapabilities"] = capabilities_;
  socket_->request("consume", payload, [this](const Result<bj::value>& answer) {
    // The others come and go: a producer that has just gone is no failure of ours.
    if (answer && !is_over()) handle_consumed(*answer);
  });
}

void Participant::handle_consumed(const bj::value& answer) {
  json::ReadStatus status;
  const json::Reader root(answer, status, "consume");
  const std::string id(root["id"].string(kIdBytes));
  const ortc::MediaKind kind = ortc_json::read_kind(root["kind"]);
  const ortc::RtpParameters parameters =
      ortc_json::read_rtp_parameters(root["rtpParameters"], kind);
  if (!status.ok()) return fail_with(status.error().message);
  auto config = client::expect(kind, parameters);
  if (!config) return fail_with(config.error().message);
  config->missed_since = lost_at_;
  media_.receive(receive_.key, *config);
  request("consumer:resume", {{"consumerId", id}}, [](const bj::value&) {});
}

void Participant::handle_transport(const TransportEvent& event) {
  if (!event.is_connected) return fail_with(event.why);
  (event.key == send_.key ? send_ : receive_).is_connected = true;
  times_.media = std::max(times_.media, event.time_to_connect);
  check_ready();
}

void Participant::check_ready() {
  if (state_ != State::kConnecting) return;
  if ((role_.publishes && !send_.is_connected) || (role_.subscribes && !receive_.is_connected)) {
    return;
  }
  times_.connected = monotonic_now() - started_at_;
  change_to(State::kReady);
}

void Participant::fail_with(std::string why) {
  if (is_over()) return;
  failure_ = std::move(why);
  media_.close(send_.key);
  media_.close(receive_.key);
  change_to(state_ == State::kReady ? State::kLost : State::kFailed);
}

void Participant::change_to(State state) {
  state_ = state;
  around_.loop.post([this, state] { on_change_(*this, state); });
}

}  // namespace confab::loadtest
