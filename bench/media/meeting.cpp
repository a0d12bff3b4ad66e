#include "bench/media/meeting.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/log.h"
#include "rtc/stun/builder.h"
#include "rtc/stun/integrity_key.h"

namespace confab::bench {
namespace {

dtls::DtlsIdentity make_identity() {
  auto identity = dtls::DtlsIdentity::generate(1'700'000'000);
  CHECK(identity.has_value());
  return *std::move(identity);
}

sfu::ShardConfig shard_config(const MeetingOptions& options) {
  sfu::ShardConfig config;
  config.place = {1, 0};
  config.candidates = {{"udpcandidate", 1076302079, "10.99.0.1", 40000, false}};
  // Nobody is there to ask for consent.
  config.timing.ice_disconnected_after = 24h;
  config.timing.ice_closed_after = 24h;
  if (options.tick > Duration::zero()) {
    config.timing.flush_under_load = options.tick;
    config.timing.flush_under_heavy_load = options.tick;
  }
  return config;
}

// What a controlling agent sends first, with the nomination in it.
void write_check(PacketRef& packet, const ortc::IceParameters& server, Random& random) {
  constexpr std::uint32_t kHostPriority = 2'130'706'431;
  stun::TransactionId transaction;
  random.fill(transaction);
  const stun::IntegrityKey key(server.password);
  stun::Builder builder(packet.capacity(), stun::Class::kRequest, transaction);
  builder.username(server.username_fragment + ":bench");
  builder.priority(kHostPriority);
  builder.ice_controlling(random.u64());
  builder.use_candidate();
  packet.resize(builder.finish(&key).size());
}

}  // namespace

Meeting::Meeting(const MeetingOptions& options, Instant now)
    : options_(options),
      crypto_(srtp::make_crypto_provider()),
      identity_(make_identity()),
      shard_(std::make_unique<sfu::Shard>(shard_config(options), identity_, random_, null_log(),
                                          pool_, now)),
      meeting_(MeetingId::random(random_)) {
  capabilities_ = ask<control::MeetingOpened>(now, control::OpenMeeting{}).router_capabilities;
  for (const Endpoint& endpoint : options_.publishers) {
    add_publisher(now, {Protocol::kUdp, 0, endpoint});
  }
  for (std::size_t i = 0; i < options_.receivers; ++i) {
    const IpAddress address =
        IpAddress::v4(options_.first_receiver.v4_host_order() + static_cast<std::uint32_t>(i));
    add_receiver(now, {Protocol::kUdp, 0, {address, 50000}});
  }
}

Meeting::~Meeting() = default;

template <typename Answer>
Answer Meeting::ask(Instant now, control::MediaRequest request) {
  auto completion = shard_->handle_command(now, {1, meeting_, std::move(request)});
  CHECK(completion.result.has_value());
  drain(now);
  return std::get<Answer>(std::move(*completion.result));
}

void Meeting::drain(Instant now) {
  while (!shard_->poll_transmit(now).empty()) {
  }
  control::MediaEvent event;
  while (shard_->poll_event(event)) {
  }
}

TransportId Meeting::open_transport(Instant now, const Path& path,
                                    control::TransportDirection direction) {
  const auto created = ask<control::TransportCreated>(
      now, control::CreateTransport{ParticipantId::random(random_), direction});
  std::array<ReceivedPacket, 1> check{{{path, pool_.acquire()}}};
  write_check(check[0].packet, created.ice, random_);
  shard_->handle_packets(now, check);
  drain(now);

  std::vector<std::uint8_t> exported(srtp_exported_size(options_.profile));
  random_.fill(exported);
  keys_ = *SrtpKeys::from_exported(options_.profile, exported, true);
  const SrtpKeys server = *SrtpKeys::from_exported(options_.profile, exported, false);
  CHECK(shard_->connect_with_keys(now, meeting_, created.transport, server).has_value());
  drain(now);
  return created.transport;
}

void Meeting::add_publisher(Instant now, const Path& path) {
  const TransportId transport = open_transport(now, path, control::TransportDirection::kSend);
  const MediaSource& source = publishers_.emplace_back(capabilities_, keys_, *crypto_, random_);
  paths_.push_back(path);
  const auto produce = [&](ortc::MediaKind kind, const ortc::RtpParameters& parameters) {
    producers_.push_back(
        ask<control::Produced>(now, control::Produce{transport, kind, parameters}).producer);
  };
  if (options_.has_audio) produce(ortc::MediaKind::kAudio, source.audio_parameters());
  produce(ortc::MediaKind::kVideo, source.video_parameters());
}

void Meeting::add_receiver(Instant now, const Path& path) {
  const TransportId transport = open_transport(now, path, control::TransportDirection::kReceive);
  const ortc::CapabilitiesHash hash = ortc::capabilities_hash(capabilities_);
  ask<control::Done>(now, control::PutCapabilities{transport, hash, capabilities_});
  for (const ProducerId& producer : producers_) {
    ask<control::Consumed>(now, control::Consume{transport, producer, hash, false});
  }
}

}  // namespace confab::bench
