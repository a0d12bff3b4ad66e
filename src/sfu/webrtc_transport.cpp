#include "sfu/webrtc_transport.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "sfu/router.h"
#include "sfu/rtcp_batch.h"

namespace confab::sfu {
namespace {

using control::TransportState;

constexpr Duration kRetry = 1ms;

// A handshake takes seconds over the worst of networks, and a browser gives it up after some tens.
constexpr Duration kHandshakeMax = 60s;
// From then on nobody asks for our last flight again: a browser does within a second at first, and
// twice as late each time.
constexpr Duration kConfirmationMax = 30s;

// Lines about paths: some at once, then one in each interval, however often they change.
constexpr int kPathLinesAtOnce = 3;
constexpr Duration kPathLinesInterval = 5s;

// A ClientHello of post-quantum size in fragments, sent twice, and the second flight.
constexpr std::size_t kHandshakeDatagramsMax = 16;

std::string_view name_of(TransportState state) {
  switch (state) {
    case TransportState::kNew:
      return "new";
    case TransportState::kConnecting:
      return "connecting";
    case TransportState::kConnected:
      return "connected";
    case TransportState::kDisconnected:
      return "disconnected";
    case TransportState::kFailed:
      return "failed";
    case TransportState::kClosed:
      return "closed";
  }
  return "";
}

ice::IceConfig ice_config(const ShardTiming& timing) {
  ice::IceConfig config;
  config.failed_after = timing.ice_closed_after;
  // However soon the end is wanted (an operator may choose), these come before it.
  const Duration before_end = config.failed_after * 4 / 5;
  config.disconnected_after = std::min(timing.ice_disconnected_after, before_end);
  config.selected_silence = std::min(config.selected_silence, before_end);
  return config;
}

dtls::DtlsConfig dtls_config(const ShardConfig& config) {
  dtls::DtlsConfig out;
  out.role = dtls::DtlsRole::kServer;
  out.profiles = config.srtp_profiles;
  return out;
}

}  // namespace

WebRtcTransport::WebRtcTransport(ShardContext& context, Router& router, Participant& participant,
                                 TransportSetup setup)
    : context_(context),
      router_(router),
      participant_(participant),
      setup_(std::move(setup)),
      timer_(static_cast<Timed*>(this)),
      ice_(ice_config(context.config.timing), context.random),
      dtls_(context.identity, dtls_config(context.config)),
      path_lines_(kPathLinesAtOnce, kPathLinesInterval) {
  if (setup_.direction == control::TransportDirection::kSend) {
    publishing_ = std::make_unique<PublishingSide>(context, router, participant, *this);
  } else {
    subscribing_ =
        std::make_unique<SubscribingSide>(context, router.id(), participant, queue_, *this);
  }
  ufrags_.push_back(ice_.local_ufrag());
  context_.transports.add_ufrag(ice_.local_ufrag(), *this);
}

WebRtcTransport::~WebRtcTransport() {
  for (const std::string& ufrag : ufrags_) context_.transports.remove_ufrag(ufrag);
  for (const Path& path : paths_) context_.transports.remove_path(path, *this);
  context_.egress.forget(queue_);
  context_.handshakes.forget(*this);
  std::erase(context_.ended, this);
}

ortc::IceParameters WebRtcTransport::ice_parameters() const {
  return {ice_.local_ufrag(), ice_.local_password(), true};
}

ortc::IceParameters WebRtcTransport::restart_ice(Instant now) {
  ice_.restart(context_.random);
  ufrags_.push_back(ice_.local_ufrag());
  context_.transports.add_ufrag(ice_.local_ufrag(), *this);
  drain_ice(now);
  return ice_parameters();
}

Result<void> WebRtcTransport::connect(Instant now, const ortc::DtlsParameters& parameters) {
  if (parameters.role == ortc::DtlsRole::kServer) {
    return fail(ErrorCode::kUnsupported, "dtlsParameters.role: the server's side is taken");
  }
  const auto set = dtls_.set_remote_fingerprints(now, parameters.fingerprints);
  if (!set) {
    return fail(ErrorCode::kInvalidArgument,
                "dtlsParameters.fingerprints: " + std::string(dtls::to_string(set.error())));
  }
  drain_dtls(now);
  arm();
  return {};
}

void WebRtcTransport::connect_with_keys(Instant now, const SrtpKeys& keys) {
  start_media(now, keys);
  has_given_keys_ = true;
  trust_given_keys(now);
  arm();
}

// Whoever was given the keys some other way is where its first check came from.
void WebRtcTransport::trust_given_keys(Instant now) {
  if (!has_given_keys_ || !ice_.selected_path()) return;
  has_given_keys_ = false;
  note_authentic(now, *ice_.selected_path());
}

// ---- datagrams ----

void WebRtcTransport::handle_stun(Instant now, const Path& path, const stun::Message& request) {
  PacketRef answer = context_.pool.acquire(ice::kResponseBytesMax);
  if (!answer) return context_.counters.drop(Drop::kPoolExhausted);
  const ice::RequestResult result =
      ice_.handle_request(now, path, request, answer.capacity().first(ice::kResponseBytesMax));
  if (result.outcome == ice::RequestOutcome::kNotARequest) {
    context_.counters.drop(Drop::kStunNotRequest);
  } else if (result.outcome != ice::RequestOutcome::kAccepted) {
    context_.counters.drop(Drop::kStunRefused);
  }
  if (!result.response.empty()) {
    DCHECK(result.response.data() == answer.capacity().data());
    answer.resize(result.response.size());
    context_.egress.send_control(path, std::move(answer));
  }
  drain_ice(now);
  trust_given_keys(now);
  // Whoever proved it last has the path, unless somebody was heard there a moment ago (Shard). Not
  // only when it is new here: another may have taken it meanwhile, with a check that only said it
  // came from there.
  if (result.outcome == ice::RequestOutcome::kAccepted && ice_.has_path(path)) {
    context_.transports.add_path(path, *this);
  }
  arm();
}

void WebRtcTransport::handle_dtls(Instant now, const Path& path, PacketRef datagram) {
  if (srtp_) return pass_to_dtls(now, datagram.view());
  if (handshake_.size() >= kHandshakeDatagramsMax) {
    return context_.counters.drop(Drop::kHandshakeQueueFull);
  }
  if (ssl_until_ == kNever) ssl_until_ = now + kHandshakeMax;
  if (handshake_.empty()) context_.handshakes.add(now, *this);
  handshake_.push_back({std::move(datagram), path});
}

void WebRtcTransport::take_handshake_turn(Instant now) {
  ++context_.counters.handshake_turns;
  const HandshakeDatagram datagram = handshake_.pop_front();
  if (!handshake_.empty()) context_.handshakes.add(now, *this);
  // When the handshake is done, no less than a round trip has gone by since our first flight,
  // whatever either side repeated meanwhile.
  if (first_flight_at_) queue_.handshake_rtt = now - *first_flight_at_;
  const bool was_under_way = !srtp_;
  pass_to_dtls(now, datagram.packet.view());
  // The last flight answers ours: whoever sent it has received that.
  if (was_under_way && srtp_) {
    ice_.on_authentic(now, datagram.path);
    drain_ice(now);
    judge_path();
  }
}

void WebRtcTransport::pass_to_dtls(Instant now, ByteView datagram) {
  if (!dtls_.handle_packet(now, datagram)) context_.counters.drop(Drop::kDtlsRefused);
  drain_dtls(now);
  arm();
}

void WebRtcTransport::note_authentic(Instant now, const Path& path) {
  dtls_.peer_confirmed();
  ssl_until_ = kNever;
  ice_.on_authentic(now, path);
  drain_ice(now);
  if (queue_.is_unproven) judge_path();
}

void WebRtcTransport::judge_path() {
  // A connection was made from where it says.
  const bool is_connection = queue_.path && queue_.path->protocol == Protocol::kTcp;
  queue_.is_unproven = !is_connection && !ice_.is_selected_proven();
}

void WebRtcTransport::handle_rtp(Instant now, const Path& path, PacketRef packet) {
  if (!srtp_) return context_.counters.drop(Drop::kSrtpNotReady);
  ++packets_received_;
  bytes_received_ += packet.size();
  const auto size = srtp_->receiver().unprotect_rtp(packet.mutable_view());
  if (!size) return context_.counters.drop(Drop::kSrtpRefused);
  note_authentic(now, path);
  packet.resize(*size);
  if (publishing_) {
    publishing_->receive(now, std::move(packet));
  } else {
    context_.counters.drop(Drop::kRtpUnknownStream);
  }
  arm();
}

void WebRtcTransport::handle_rtcp(Instant now, const Path& path, PacketRef packet) {
  if (!srtp_) return context_.counters.drop(Drop::kSrtpNotReady);
  ++packets_received_;
  bytes_received_ += packet.size();
  const auto size = srtp_->receiver().unprotect_rtcp(packet.mutable_view());
  if (!size) return context_.counters.drop(Drop::kSrtcpRefused);
  note_authentic(now, path);
  packet.resize(*size);
  rtcp::CompoundReader reader(packet.view());
  while (const auto part = reader.next()) on_rtcp_packet(now, *part);
  if (reader.is_malformed()) context_.counters.drop(Drop::kRtcpMalformed);
  arm();
}

// What clients say by RTCP: reports, and requests to repeat packets or to send a key frame.
void WebRtcTransport::on_rtcp_packet(Instant now, const rtcp::PacketView& packet) {
  switch (packet.type) {
    case rtcp::PacketType::kSenderReport:
      if (const auto report = rtcp::parse_sender_report(packet)) {
        if (publishing_) publishing_->on_sender_report(now, *report);
        if (subscribing_) subscribing_->on_report_blocks(now, report->blocks);
      }
      break;
    case rtcp::PacketType::kReceiverReport:
      if (const auto report = rtcp::parse_receiver_report(packet); report && subscribing_) {
        subscribing_->on_report_blocks(now, report->blocks);
      }
      break;
    case rtcp::PacketType::kTransportFeedback:
      if (subscribing_) subscribing_->on_transport_feedback(now, packet);
      break;
    case rtcp::PacketType::kPayloadFeedback:
      if (subscribing_) subscribing_->on_payload_feedback(now, packet);
      break;
    // The CNAME came by signaling; a stream's end shows in its silence; nobody was asked for
    // extended reports.
    case rtcp::PacketType::kSourceDescription:
    case rtcp::PacketType::kBye:
    case rtcp::PacketType::kApp:
    case rtcp::PacketType::kExtendedReport:
      break;
  }
}

void WebRtcTransport::handle_path_closed(Instant now, const Path& path) {
  ice_.on_path_closed(path);
  drain_ice(now);
  arm();
}

void WebRtcTransport::drain_ice(Instant now) {
  ice::IceEvent event;
  while (ice_.poll(event)) {
    if (const auto* added = std::get_if<ice::PathAdded>(&event)) {
      paths_.push_back(added->path);
      context_.transports.add_path(added->path, *this);
    } else if (const auto* removed = std::get_if<ice::PathRemoved>(&event)) {
      std::erase(paths_, removed->path);
      context_.transports.remove_path(removed->path, *this);
    } else if (const auto* retired = std::get_if<ice::UfragRetired>(&event)) {
      std::erase(ufrags_, retired->ufrag);
      context_.transports.remove_ufrag(retired->ufrag);
    } else if (const auto* selected = std::get_if<ice::SelectedPathChanged>(&event)) {
      update_path(now, selected->path);
    } else if (const auto* change = std::get_if<ice::StateChanged>(&event)) {
      on_ice_state(now, *change);
    }
  }
}

void WebRtcTransport::update_path(Instant now, const std::optional<Path>& path) {
  queue_.path = path;
  if (subscribing_ && path) subscribing_->on_path(now, *path);
  judge_path();
  // A check costs whoever sends it 144 bytes: it does not get a line for each.
  if (!path_lines_.take(now)) {
    ++paths_unlogged_;
    return;
  }
  context_.log.write(LogLevel::kInfo, "transport_path",
                     {{"transport", setup_.id.to_string()},
                      {"meeting", router_.id().to_string()},
                      {"participant", setup_.participant.to_string()},
                      {"tcp", path && path->protocol == Protocol::kTcp},
                      {"unlogged", std::exchange(paths_unlogged_, 0)},
                      {"remote", Private{path ? path->remote.to_string() : std::string("none")}}});
}

void WebRtcTransport::on_ice_state(Instant now, const ice::StateChanged& change) {
  switch (change.to) {
    case ice::IceState::kNew:
      break;
    case ice::IceState::kConnected:
      set_state(srtp_ ? TransportState::kConnected : TransportState::kConnecting, change.why);
      if (srtp_ && subscribing_) subscribing_->on_ready(now);
      break;
    case ice::IceState::kDisconnected:
      set_state(TransportState::kDisconnected, change.why);
      break;
    case ice::IceState::kFailed:
      ++context_.counters.transports_timed_out;
      end(TransportState::kFailed, change.why);
      break;
  }
}

void WebRtcTransport::drain_dtls(Instant now) {
  dtls::DtlsOutput output;
  while (dtls_.poll(output)) {
    if (const auto* datagram = std::get_if<dtls::Datagram>(&output)) {
      send_datagram(now, datagram->bytes);
      if (!first_flight_at_) first_flight_at_ = now;
    } else if (const auto* connected = std::get_if<dtls::Connected>(&output)) {
      start_media(now, connected->keys);
    } else if (const auto* failed = std::get_if<dtls::Failed>(&output)) {
      end(TransportState::kFailed, dtls::to_string(failed->reason));
    } else if (std::holds_alternative<dtls::Closed>(output)) {
      end(TransportState::kClosed, "the peer closed");
    }
  }
}

void WebRtcTransport::start_media(Instant now, const SrtpKeys& keys) {
  ssl_until_ = now + kConfirmationMax;
  srtp_ = std::make_unique<srtp::SrtpSession>(context_.crypto, keys);
  srtp_profile_ = srtp_profile_name(keys.profile());
  queue_.set_sender(srtp_->sender());
  // Spread, so that the reports of a meeting do not all leave at the same instant.
  const auto interval_ms =
      static_cast<std::uint32_t>(to_ms(context_.config.timing.report_interval));
  report_at_ = now + std::chrono::milliseconds(context_.random.between(0, interval_ms));
  if (ice_.state() == ice::IceState::kConnected) {
    set_state(TransportState::kConnected, "keys agreed");
  }
  if (subscribing_) subscribing_->on_ready(now);
}

void WebRtcTransport::send_datagram(Instant now, ByteView bytes) {
  if (!queue_.path) return context_.counters.drop(Drop::kEgressNoPath);
  if (queue_.is_unproven && !queue_.unproven.spend(now, bytes.size())) {
    return context_.counters.drop(Drop::kEgressUnproven);
  }
  PacketRef packet = context_.pool.acquire(bytes.size());
  if (!packet) return context_.counters.drop(Drop::kPoolExhausted);
  CHECK(bytes.size() <= packet.capacity().size());
  std::ranges::copy(bytes, packet.capacity().begin());
  packet.resize(bytes.size());
  context_.egress.send_control(*queue_.path, std::move(packet));
}

// ---- state and time ----

void WebRtcTransport::set_state(TransportState state, std::string_view why) {
  if (state_ == state || has_ended()) return;
  context_.log.write(LogLevel::kInfo, "transport_state",
                     {{"transport", setup_.id.to_string()},
                      {"meeting", router_.id().to_string()},
                      {"participant", setup_.participant.to_string()},
                      {"from", name_of(state_)},
                      {"to", name_of(state)},
                      {"why", why},
                      {"trace", setup_.trace.trace_id()}});
  state_ = state;
  router_.emit(
      control::TransportStateChanged{setup_.id, setup_.participant, state, std::string(why)});
}

bool WebRtcTransport::has_ended() const {
  return state_ == TransportState::kFailed || state_ == TransportState::kClosed;
}

void WebRtcTransport::end(TransportState state, std::string_view why) {
  if (has_ended()) return;
  set_state(state, why);
  context_.ended.push_back(this);
}

Instant WebRtcTransport::next_timeout() const {
  Instant next = std::min({ice_.next_timeout(), dtls_.next_timeout(), ssl_until_, report_at_});
  // What can not be sent has no deadline.
  if (publishing_ && can_report()) next = std::min(next, publishing_->next_feedback());
  if (subscribing_) next = std::min(next, subscribing_->next_timeout());
  return next;
}

void WebRtcTransport::arm(Instant not_before) {
  const Instant next = has_ended() ? kNever : std::max(next_timeout(), not_before);
  if (timer_.is_set() ? timer_.deadline() != next : next != kNever) {
    context_.timers.set(timer_, next);
  }
}

void WebRtcTransport::schedule(Instant at) {
  if (!has_ended() && (!timer_.is_set() || at < timer_.deadline())) context_.timers.set(timer_, at);
}

void WebRtcTransport::on_timer(Instant now) {
  if (has_ended()) return;
  if (ice_.next_timeout() <= now) {
    ice_.handle_timeout(now);
    drain_ice(now);
  }
  if (dtls_.next_timeout() <= now) {
    dtls_.handle_timeout(now);
    drain_dtls(now);
  }
  if (ssl_until_ <= now) let_ssl_go(now);
  if (publishing_) {
    publishing_->check_layers(now);
    if (can_report()) send_feedback(now);
  }
  if (subscribing_) subscribing_->handle_timeout(now);
  if (report_at_ <= now) {
    report_at_ = now + context_.config.timing.report_interval;
    if (can_report()) send_reports(now);
    if (subscribing_) subscribing_->expire_held(now);
  }
  // What could not be done now (no packet slot was free) is tried again, but not at once.
  arm(now + kRetry);
}

// Nobody keeps OpenSSL's 42 kB here by doing nothing.
void WebRtcTransport::let_ssl_go(Instant now) {
  ssl_until_ = kNever;
  if (!srtp_) {
    end(TransportState::kFailed, "the handshake did not come to an end");
    return;
  }
  dtls_.peer_confirmed();
  drain_dtls(now);
}

void WebRtcTransport::send_feedback(Instant now) {
  {
    RtcpBatch batch(context_, *queue_.path, srtp_->sender());
    publishing_->send_feedback(now, batch);
  }
  RtcpBatch batch(context_, *queue_.path, srtp_->sender());
  publishing_->send_twcc(now, batch);
}

void WebRtcTransport::send_reports(Instant now) {
  RtcpBatch batch(context_, *queue_.path, srtp_->sender());
  if (publishing_) publishing_->send_reports(now, batch);
  if (subscribing_) subscribing_->send_reports(now, batch);
}

std::size_t WebRtcTransport::stream_count() const {
  return publishing_ ? publishing_->demux().ssrc_count() : subscribing_->stream_count();
}

control::TransportStats WebRtcTransport::statistics(Instant now) const {
  control::TransportStats out;
  out.transport = setup_.id;
  out.participant = setup_.participant;
  out.ice_connected = ice_.state() == ice::IceState::kConnected;
  out.dtls_connected = srtp_ != nullptr;
  out.is_tcp = queue_.path && queue_.path->protocol == Protocol::kTcp;
  out.srtp_profile = srtp_profile_;
  out.packets_received = packets_received_;
  out.packets_sent = queue_.packets_sent;
  out.bytes_received = bytes_received_;
  out.bytes_sent = queue_.bytes_sent;
  if (subscribing_) out.link = subscribing_->link_stats(now);
  return out;
}

}  // namespace confab::sfu
