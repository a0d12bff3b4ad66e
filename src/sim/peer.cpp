#include "sim/peer.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtcp/transport_feedback.h"
#include "rtc/rtp/extensions.h"
#include "sim/parameters.h"
#include "sim/world.h"

namespace confab::sim {
namespace {

// As often as Chromium reports at a megabit per second.
constexpr Duration kReportPackets = 50ms;

}  // namespace

Peer::Leg::Leg(Peer& owner) : peer(owner), received({.interval = kReportPackets, .early = {}}) {}

Peer::Peer(World& world, std::uint32_t number, const PeerOptions& options)
    : world_(world),
      number_(number),
      options_(options),
      participant_(ParticipantId::random(world.random())),
      sending_(*this),
      receiving_(*this),
      next_stream_(number * 100) {
  open(sending_, control::TransportDirection::kSend);
  open(receiving_, control::TransportDirection::kReceive);
}

Peer::~Peer() {
  for (Leg* leg : {&sending_, &receiving_}) world_.forget(leg->client->path());
}

void Peer::open(Leg& leg, control::TransportDirection direction) {
  leg.created = world_.create_transport(options_.shard, {participant_, direction});
  leg.client = std::make_unique<ClientTransport>(
      world_, world_.random(), world_.crypto(),
      world_.new_path(options_.tcp ? Protocol::kTcp : Protocol::kUdp), leg.created.ice);
  leg.client->set_handler(&leg);
  leg.up = std::make_unique<Link>(options_.up, world_.random().u64());
  leg.down = std::make_unique<Link>(options_.down, world_.random().u64());
  world_.connect(leg);
  leg.client->start(world_.now());
}

Peer::Track& Peer::publish(const TrackOptions& options) {
  auto track = std::make_unique<Track>();
  TrackOptions named = options;
  if (named.mid.empty()) named.mid = std::to_string(next_mid_++);
  const NtpTime clock{(std::uint64_t{3'900'000'000} + number_ * 1000) << 32};
  track->publisher = std::make_unique<Publisher>(*sending_.client, world_.random(), named,
                                                 next_stream_, clock, transport_seq_);
  next_stream_ += 10;
  const Publisher::Stream& stream = track->publisher->streams().front();
  const std::string cname = "peer" + std::to_string(number_);
  control::Produce request;
  request.transport = sending_.created.transport;
  request.kind = options.is_video ? ortc::MediaKind::kVideo : ortc::MediaKind::kAudio;
  request.rtp_parameters = !options.is_video ? opus_parameters(named.mid, stream.ssrc.value, cname)
                           : options.is_simulcast ? vp8_simulcast_parameters(named.mid)
                                                  : vp8_parameters(named.mid, stream.ssrc.value,
                                                                   stream.rtx_ssrc.value, cname);
  if (options.is_h264) make_h264(request.rtp_parameters);
  if (!options.has_transport_cc) remove_transport_cc(request.rtp_parameters);
  track->producer = world_.ask<control::Produced>(request).producer;
  tracks_.push_back(std::move(track));
  return *tracks_.back();
}

Subscriber& Peer::subscribe(const ProducerId& producer, bool paused) {
  control::Consume request;
  request.transport = receiving_.created.transport;
  request.producer = producer;
  if (!told_capabilities_) {
    told_capabilities_ = world_.put_capabilities(receiving_.created.transport);
  }
  request.capabilities = *told_capabilities_;
  request.paused = true;
  const auto consumed = world_.ask<control::Consumed>(request);
  subscribers_.push_back(std::make_unique<Subscriber>(*receiving_.client, consumed));
  if (options_.reports_packets) {
    receiving_.transport_cc_id =
        ortc::extension_id(consumed.rtp_parameters, ortc::HeaderExtension::kTransportCc)
            .value_or(std::uint8_t{0});
  }
  if (!paused) world_.ask<control::Done>(control::SetConsumerPaused{consumed.consumer, false});
  return *subscribers_.back();
}

void Peer::unsubscribe(Subscriber& subscriber) {
  // It may be gone already, with its producer.
  (void)world_.try_ask(control::CloseConsumer{subscriber.consumer().consumer});
  std::erase_if(subscribers_, [&](const auto& s) { return s.get() == &subscriber; });
}

void Peer::move() {
  for (Leg* leg : {&sending_, &receiving_}) {
    const Path path = world_.new_path(leg->client->path().protocol);
    world_.forget(leg->client->path());
    leg->client->move_to(world_.now(), path);
    world_.enter(*leg);
  }
}

void Peer::restart_ice() {
  for (Leg* leg : {&sending_, &receiving_}) {
    const auto restarted =
        world_.ask<control::IceRestarted>(control::RestartIce{leg->created.transport});
    leg->client->restart(world_.now(), restarted.ice);
  }
}

void Peer::set_links(const LinkProfile& up, const LinkProfile& down) {
  for (Leg* leg : {&sending_, &receiving_}) {
    leg->up->set_profile(world_.now(), up);
    leg->down->set_profile(world_.now(), down);
  }
}

void Peer::handle_timeout(Instant now) {
  for (Leg* leg : {&sending_, &receiving_}) {
    if (leg->client->next_timeout() <= now) leg->client->handle_timeout(now);
  }
  for (const auto& track : tracks_) {
    if (track->publisher->next_timeout() <= now) track->publisher->handle_timeout(now);
  }
  for (const auto& subscriber : subscribers_) {
    if (subscriber->next_timeout() <= now) subscriber->handle_timeout(now);
  }
  if (receiving_.received.next_timeout() <= now) report_packets(now);
}

void Peer::report_packets(Instant now) {
  std::array<std::uint8_t, rtcp::TransportFeedbackBuilder::kBytesMax> bytes;
  while (const std::size_t size = receiving_.received.poll(now, bytes, {1}, {1})) {
    receiving_.client->send_rtcp(
        {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

Instant Peer::next_timeout() const {
  Instant next = std::min(sending_.client->next_timeout(), receiving_.client->next_timeout());
  for (const auto& track : tracks_) next = std::min(next, track->publisher->next_timeout());
  for (const auto& s : subscribers_) next = std::min(next, s->next_timeout());
  return std::min(next, receiving_.received.next_timeout());
}

void Peer::Leg::on_rtp(Instant now, const rtp::RtpPacketView& packet) {
  const auto number = transport_cc_id == 0 ? std::nullopt : packet.extension(transport_cc_id);
  if (number) {
    if (const auto seq = rtp::parse_transport_seq(*number)) received.on_packet(now, *seq);
  }
  for (const auto& subscriber : peer.subscribers_) {
    if (subscriber->on_rtp(now, packet)) return;
  }
  ++peer.unexpected_packets_;
}

void Peer::Leg::on_rtcp(Instant now, ByteView compound) {
  rtcp::CompoundReader reader(compound);
  while (const auto packet = reader.next()) {
    for (const auto& track : peer.tracks_) track->publisher->on_rtcp(now, *packet);
    for (const auto& subscriber : peer.subscribers_) subscriber->on_rtcp(now, *packet);
  }
  CHECK(!reader.is_malformed());  // the server must not send what can not be read
}

}  // namespace confab::sim
