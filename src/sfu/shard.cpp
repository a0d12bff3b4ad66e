#include "sfu/shard.h"

#include <algorithm>
#include <unordered_map>
#include <variant>

#include "base/check.h"
#include "rtc/rtp/demux.h"
#include "rtc/stun/message.h"
#include "sfu/commands/commands.h"
#include "sfu/pipes.h"
#include "sfu/router.h"
#include "sfu/shard_context.h"
#include "sfu/webrtc_transport.h"

namespace confab::sfu {
namespace {

EgressOptions egress_options(const ShardConfig& config) {
  EgressOptions options;
  options.queue_packets_max = config.limits.queue_packets_max;
  options.padding_max = config.limits.padding_max;
  options.burst_bytes_max = config.limits.burst_bytes_max;
  options.datagram_bytes_max = config.limits.datagram_bytes_max;
  options.frame_gather = config.timing.frame_gather;
  options.flush_under_load = config.timing.flush_under_load;
  options.flush_under_heavy_load = config.timing.flush_under_heavy_load;
  return options;
}

ortc::RtpCapabilities capabilities_of(const ortc::RouterCodecs& codecs) {
  auto capabilities = ortc::router_capabilities(codecs);
  CHECK(capabilities.has_value());  // the configuration was checked when it was loaded
  return std::move(*capabilities);
}

}  // namespace

struct Shard::Impl {
  Impl(ShardConfig shard_config, const dtls::DtlsIdentity& identity, Random& random, LogSink& log,
       PacketPool& pool, Instant start)
      : config(std::move(shard_config)),
        capabilities(capabilities_of(config.codecs)),
        crypto(srtp::make_crypto_provider()),
        context(config, capabilities, identity, random, log, pool, *crypto, egress_options(config),
                start),
        state{context, {}} {}

  void handle_packet(Instant now, ReceivedPacket& received);
  void handle_stun(Instant now, const Path& path, ByteView datagram);
  // Destroys the transports that ended in this call.
  void reap();

  ShardConfig config;
  ortc::RtpCapabilities capabilities;
  std::unique_ptr<srtp::CryptoProvider> crypto;
  ShardContext context;
  ShardState state;
};

Shard::Shard(ShardConfig config, const dtls::DtlsIdentity& identity, Random& random, LogSink& log,
             PacketPool& pool, Instant start)
    : impl_(std::make_unique<Impl>(std::move(config), identity, random, log, pool, start)) {}

Shard::~Shard() = default;

void Shard::handle_packets(Instant now, std::span<ReceivedPacket> batch) {
  for (ReceivedPacket& received : batch) impl_->handle_packet(now, received);
  impl_->reap();
}

void Shard::Impl::handle_packet(Instant now, ReceivedPacket& received) {
  ShardCounters& counters = context.counters;
  ++counters.packets_in;
  counters.bytes_in += received.packet.size();
  const ByteView datagram = received.packet.view();
  if (datagram.empty()) return counters.drop(Drop::kEmptyDatagram);
  const rtp::DatagramKind kind = rtp::classify(datagram);
  if (kind == rtp::DatagramKind::kStun) return handle_stun(now, received.path, datagram);
  if (kind == rtp::DatagramKind::kUnknown) return counters.drop(Drop::kUnknownKind);

  WebRtcTransport* transport = context.transports.find(received.path);
  if (transport == nullptr) return counters.drop(Drop::kUnknownPath);
  if (kind == rtp::DatagramKind::kDtls) {
    ++counters.dtls_in;
    transport->handle_dtls(now, received.path, std::move(received.packet));
  } else if (kind == rtp::DatagramKind::kRtp) {
    ++counters.rtp_in;
    transport->handle_rtp(now, received.path, std::move(received.packet));
  } else {
    ++counters.rtcp_in;
    transport->handle_rtcp(now, received.path, std::move(received.packet));
  }
}

void Shard::Impl::handle_stun(Instant now, const Path& path, ByteView datagram) {
  ++context.counters.stun_in;
  const auto ufrag = stun::find_local_ufrag(datagram);
  if (!ufrag) return context.counters.drop(Drop::kStunNotRequest);
  WebRtcTransport* transport = context.transports.find(*ufrag);
  if (transport == nullptr) return context.counters.drop(Drop::kStunUnknownUser);
  // A check says where it comes from, and that can be forged; media of the one who has the path can
  // not. A browser whose check is lost here asks again.
  const WebRtcTransport* owner = context.transports.find(path);
  if (owner != nullptr && owner != transport && owner->holds(now, path)) {
    return context.counters.drop(Drop::kStunPathTaken);
  }
  const auto request = stun::Message::parse(datagram);
  if (!request) return context.counters.drop(Drop::kStunMalformed);
  transport->handle_stun(now, path, *request);
}

void Shard::Impl::reap() {
  while (!context.ended.empty()) {
    WebRtcTransport* transport = context.ended.back();
    context.ended.pop_back();
    transport->router().remove_transport(transport->setup().id);
  }
}

bool Shard::has_path(const Path& path) const {
  return impl_->context.transports.find(path) != nullptr;
}

void Shard::handle_path_closed(Instant now, const Path& path) {
  if (WebRtcTransport* transport = impl_->context.transports.find(path)) {
    transport->handle_path_closed(now, path);
    impl_->reap();
  }
}

void Shard::handle_timeout(Instant now) {
  while (Timer* timer = impl_->context.timers.advance(now)) {
    static_cast<Timed*>(timer->owner())->on_timer(now);
  }
  if (WebRtcTransport* transport = impl_->context.handshakes.next()) {
    transport->take_handshake_turn(now);
  }
  impl_->reap();
}

Instant Shard::next_timeout() const {
  const ShardContext& context = impl_->context;
  Instant next =
      std::min({context.timers.next(), context.egress.next_timeout(), context.handshakes.since});
  for (const auto& pipe : context.pipes) {
    if (pipe) next = std::min(next, pipe->next_timeout());
  }
  return next;
}

std::span<const Transmit> Shard::poll_transmit(Instant now) {
  return impl_->context.egress.poll(now);
}

control::MediaCompletion Shard::handle_command(Instant now, const control::MediaCommand& command) {
  impl_->context.trace = command.trace;
  auto result = std::visit(
      [&](const auto& request) { return handle(impl_->state, now, command.meeting, request); },
      command.request);
  impl_->reap();
  return {command.id, command.meeting, std::move(result)};
}

Result<void> Shard::connect_with_keys(Instant now, const MeetingId& meeting, const TransportId& id,
                                      const SrtpKeys& keys) {
  const auto transport = find_in<WebRtcTransport>(impl_->state, meeting, id, "transport");
  if (!transport) return std::unexpected(transport.error());
  (*transport)->connect_with_keys(now, keys);
  return {};
}

void Shard::set_candidates(std::vector<ortc::IceCandidate> candidates) {
  impl_->config.candidates = std::move(candidates);
}

bool Shard::poll_event(control::MediaEvent& out) {
  auto& events = impl_->context.events;
  if (events.empty()) return false;
  out = std::move(events.front());
  events.pop_front();
  return true;
}

void Shard::connect_pipe(std::uint8_t shard, PipeWriter& writer) {
  ShardContext& context = impl_->context;
  if (context.pipes.size() <= shard) context.pipes.resize(shard + std::size_t{1});
  CHECK(context.pipes[shard] == nullptr && shard != context.config.place.shard);
  context.pipes[shard] = std::make_unique<PipeTransport>(shard, writer, context.counters);
}

Result<void> Shard::join_meeting(const MeetingId& meeting, std::uint8_t home) {
  return sfu::join_meeting(impl_->state, meeting, home);
}

Result<SourceSetup> Shard::pipe_producer(const MeetingId& meeting, const ProducerId& producer,
                                         std::uint8_t to) {
  return sfu::pipe_producer(impl_->state, meeting, producer, to);
}

Result<void> Shard::accept_producer(const MeetingId& meeting, const SourceSetup& producer) {
  return sfu::accept_producer(impl_->state, meeting, producer);
}

void Shard::handle_pipe(Instant now, std::uint8_t from, const PipeMessage& message) {
  sfu::handle_pipe(impl_->state, now, from, message);
}

void Shard::flush_pipes(Instant now) {
  for (const auto& pipe : impl_->context.pipes) {
    if (pipe) pipe->flush(now);
  }
}

const ShardCounters& Shard::counters() const {
  return impl_->context.counters;
}

ShardGauges Shard::gauges() const {
  const ShardContext& context = impl_->context;
  ShardGauges out;
  out.routers = impl_->state.routers.size();
  for (const auto& [id, router] : impl_->state.routers) {
    out.transports += router->transports().size();
    out.producers += router->producers().size();
    out.consumers += router->consumers().size();
    out.piped_producers += router->piped().size();
    for (const auto& [producer_id, producer] : router->producers()) {
      out.pipe_outlets += producer->outlets();
    }
    for (const auto& [transport_id, transport] : router->transports()) {
      out.streams += transport->stream_count();
      if (transport->holds_ssl()) ++out.ssl_objects;
      const SubscribingSide* side = transport->subscribing();
      if (side == nullptr) continue;
      const SubscribingSide::Share& share = side->share();
      for (std::size_t i = 0; i < out.layered.size(); ++i) out.layered[i] += share.by_stream[i];
      out.target_bps += share.target_bps;
      out.sent_bps += share.sent_bps;
      if (side->rate().is_known()) {
        ++out.links[static_cast<std::size_t>(side->rate().update().state)];
      }
    }
  }
  out.paths = context.transports.paths();
  out.ufrags = context.transports.ufrags();
  out.queued_packets = context.egress.queued_packets();
  out.timers = context.timers.size();
  out.pool_in_use = context.pool.in_use();
  return out;
}

}  // namespace confab::sfu
