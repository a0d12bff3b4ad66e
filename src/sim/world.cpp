#include "sim/world.h"

#include <algorithm>
#include <array>

#include "rtc/rtp/demux.h"

namespace confab::sim {
namespace {

constexpr Instant kStart = Instant{} + 10s;
constexpr std::size_t kPoolSlots = 16384;
constexpr std::size_t kBatch = 32;  // as the engine receives
// What the log calls what happened; one more where the network dropped it.
constexpr std::uint64_t kUpArrives = 1;
constexpr std::uint64_t kDownArrives = 3;

const dtls::DtlsIdentity& made_identity() {
  static const auto identity = dtls::DtlsIdentity::generate(1'700'000'000);
  CHECK(identity.has_value());
  return *identity;
}

sfu::ShardConfig shard_config(const WorldOptions& options) {
  sfu::ShardConfig config;
  config.place = {1, 0};
  config.candidates = {{"udpcandidate", 1076302079, "10.0.0.1", 40000, false}};
  config.wall = {Instant{}, {std::uint64_t{3'950'000'000} << 32}};
  if (options.configure) options.configure(config);
  return config;
}

}  // namespace

const dtls::DtlsIdentity& server_identity() {
  return made_identity();
}

const dtls::DtlsIdentity& client_identity() {
  static const auto identity = dtls::DtlsIdentity::generate(1'700'000'001);
  CHECK(identity.has_value());
  return *identity;
}

World::World(const WorldOptions& options)
    : options_(options),
      random_(options.seed),
      shard_random_(options.seed ^ 0xC0FFEE),
      crypto_(srtp::make_crypto_provider()),
      pool_(kPoolSlots),
      now_(kStart),
      shard_(std::make_unique<sfu::Shard>(shard_config(options), server_identity(), shard_random_,
                                          null_log(), pool_, kStart)),
      meeting_(MeetingId::random(random_)) {
  capabilities_ = ask<control::MeetingOpened>(control::OpenMeeting{}).router_capabilities;
}

World::~World() {
  peers_.clear();
}

Result<control::MediaResult> World::try_ask(control::MediaRequest request) {
  auto completion = shard_->handle_command(now_, {1, meeting_, std::move(request)});
  run_shard();
  return std::move(completion.result);
}

// ---- peers ----

Peer& World::add_peer(const PeerOptions& options) {
  peers_.push_back(std::make_unique<Peer>(*this, next_peer_++, options));
  return *peers_.back();
}

void World::remove_peer(Peer& peer) {
  for (Peer::Leg* leg : {&peer.sending(), &peer.receiving()}) {
    ask<control::Done>(control::CloseTransport{leg->created.transport});
  }
  lose_peer(peer);
}

void World::lose_peer(Peer& peer) {
  std::erase_if(peers_, [&](const auto& p) { return p.get() == &peer; });
}

Path World::new_path(Protocol protocol) {
  const std::uint32_t n = next_address_++;
  const Endpoint remote{IpAddress::v4(0x0A000100 + n), static_cast<std::uint16_t>(50000 + n)};
  return {protocol, protocol == Protocol::kTcp ? 1000 + n : 0, remote};
}

void World::enter(Peer::Leg& leg) {
  legs_[leg.client->path()] = &leg;
}

void World::connect(Peer::Leg& leg) {
  enter(leg);
  if (options_.dtls) {
    leg.client->use_dtls(client_identity(), leg.created.dtls);
    ask<control::Done>(control::ConnectTransport{
        leg.created.transport, {ortc::DtlsRole::kClient, {client_identity().fingerprint()}}});
    return;
  }
  std::vector<std::uint8_t> exported(srtp_exported_size(options_.profile));
  random_.fill(exported);
  const auto client = SrtpKeys::from_exported(options_.profile, exported, true);
  const auto server = SrtpKeys::from_exported(options_.profile, exported, false);
  leg.client->use_keys(*client);
  CHECK(shard_->connect_with_keys(now_, meeting_, leg.created.transport, *server).has_value());
}

// ---- time ----

Instant World::next_event() const {
  Instant next = shard_->next_timeout();
  if (!arrivals_.empty()) next = std::min(next, arrivals_.top().at);
  for (const auto& peer : peers_) next = std::min(next, peer->next_timeout());
  return std::max(next, now_);
}

void World::run_for(Duration duration) {
  const Instant end = now_ + duration;
  for (Instant next = next_event(); next <= end; next = next_event()) step(next);
  now_ = end;
}

bool World::run_until(const std::function<bool()>& condition, Duration limit) {
  const Instant end = now_ + limit;
  while (!condition()) {
    const Instant next = next_event();
    if (next > end) return false;
    step(next);
  }
  return true;
}

void World::step(Instant at) {
  now_ = at;
  deliver();
  for (const auto& peer : peers_) {
    if (peer->next_timeout() <= now_) peer->handle_timeout(now_);
  }
  run_shard();
}

void World::run_shard() {
  probe(true);
  if (shard_->next_timeout() <= now_) shard_->handle_timeout(now_);
  for (;;) {
    const std::span<const Transmit> messages = shard_->poll_transmit(now_);
    probe(false);
    if (messages.empty()) break;
    for (const Transmit& message : messages) transmit(message);
    probe(true);
  }
  control::MediaEvent event;
  while (shard_->poll_event(event)) events_.push_back(std::move(event));
}

// ---- the network ----

void World::deliver() {
  std::vector<ReceivedPacket> batch;
  while (!arrivals_.empty() && arrivals_.top().at <= now_) {
    // The queue's top is const; it is popped at once.
    Arrival arrival = std::move(const_cast<Arrival&>(arrivals_.top()));
    arrivals_.pop();
    if (arrival.to_shard) {
      ReceivedPacket received{arrival.path, pool_.acquire()};
      CHECK(static_cast<bool>(received.packet));
      CHECK(arrival.bytes.size() <= received.packet.capacity().size());
      std::ranges::copy(arrival.bytes, received.packet.capacity().begin());
      received.packet.resize(arrival.bytes.size());
      batch.push_back(std::move(received));
      if (batch.size() == kBatch) deliver_batch(batch);
      continue;
    }
    const auto leg = legs_.find(arrival.path);
    if (leg != legs_.end()) leg->second->client->handle_datagram(now_, arrival.bytes);
  }
  deliver_batch(batch);
}

void World::deliver_batch(std::vector<ReceivedPacket>& batch) {
  if (batch.empty()) return;
  probe(true);
  shard_->handle_packets(now_, batch);
  probe(false);
  batch.clear();
}

void World::put_on_link(Link& link, bool to_shard, const Path& path, ByteView datagram,
                        std::uint64_t what, bool& dropped) {
  const Link::Fate fate = link.send(now_);
  dropped = fate.copies == 0;
  // Handshakes differ from run to run; what they lead to is logged.
  const bool is_dtls = rtp::classify(datagram) == rtp::DatagramKind::kDtls;
  log_.add(now_, what + (dropped ? 1 : 0), is_dtls ? ByteView{} : datagram);
  for (std::size_t i = 0; i < fate.copies; ++i) {
    arrivals_.push(
        {fate.arrivals[i], next_order_++, to_shard, path, {datagram.begin(), datagram.end()}});
  }
}

void World::send(ClientTransport& from, ByteView datagram) {
  const auto it = legs_.find(from.path());
  CHECK(it != legs_.end());
  Peer::Leg& leg = *it->second;
  bool dropped = false;
  put_on_link(*leg.up, true, from.path(), datagram, kUpArrives, dropped);
  if (!options_.notes_fates || from.keys() == nullptr) return;
  if (!leg.tap) leg.tap = std::make_unique<Tap>(*crypto_, *from.keys());
  if (const auto tag = leg.tap->read_up(datagram)) fates_.add(Fates::kUp, *tag, dropped);
}

void World::inject(const Path& path, ByteView datagram) {
  arrivals_.push({now_, next_order_++, true, path, {datagram.begin(), datagram.end()}});
}

void World::close_path(const Path& path) {
  shard_->handle_path_closed(now_, path);
  run_shard();
}

void World::transmit(const Transmit& message) {
  const bool is_bad = message.segment_size == 0 || message.bytes.empty() ||
                      message.segments() > 64 || message.bytes.size() > 65'507;
  if (is_bad) ++bad_messages_;
  if (message.segment_size == 0) return;
  const auto it = legs_.find(message.path);
  Peer::Leg* leg = it == legs_.end() ? nullptr : it->second;
  for (ByteView rest = message.bytes; !rest.empty();) {
    const std::size_t size = std::min<std::size_t>(rest.size(), message.segment_size);
    send_segment(leg, message.path, rest.first(size));
    rest = rest.subspan(size);
  }
}

void World::send_segment(Peer::Leg* leg, const Path& path, ByteView segment) {
  // A kernel cuts at segment_size without looking: a cut in the wrong place is not a packet.
  if (rtp::classify(segment) == rtp::DatagramKind::kUnknown) ++bad_messages_;
  if (leg == nullptr) return;  // to an address that nobody has (any more)
  bool dropped = false;
  put_on_link(*leg->down, false, path, segment, kDownArrives, dropped);
  if (!options_.notes_fates || leg->client->keys() == nullptr) return;
  if (!leg->tap) leg->tap = std::make_unique<Tap>(*crypto_, *leg->client->keys());
  if (const auto tag = leg->tap->read_down(segment)) {
    fates_.add(leg->peer.number(), *tag, dropped);
  }
}

}  // namespace confab::sim
