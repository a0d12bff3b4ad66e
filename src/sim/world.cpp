#include "sim/world.h"

#include <algorithm>
#include <array>

#include "control/place.h"
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

sfu::ShardConfig shard_config(const WorldOptions& options, std::uint8_t index) {
  sfu::ShardConfig config;
  config.place = {1, index};
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

World::Site::Site(const WorldOptions& options, std::uint8_t index, Instant start)
    : random(options.seed ^ (0xC0FFEE + index)),
      pool(kPoolSlots),
      shard(std::make_unique<sfu::Shard>(shard_config(options, index), server_identity(), random,
                                         *options.log, pool, start)) {}

World::World(const WorldOptions& options)
    : options_(options),
      random_(options.seed),
      crypto_(srtp::make_crypto_provider()),
      now_(kStart),
      meeting_(MeetingId::random(random_)) {
  for (std::uint8_t i = 0; i < options.shards; ++i) {
    sites_.push_back(std::make_unique<Site>(options, i, kStart));
  }
  connect_shards();
  capabilities_ = ask<control::MeetingOpened>(control::OpenMeeting{}).router_capabilities;
}

World::~World() {
  peers_.clear();
}

// ---- shards ----

void World::connect_shards() {
  for (std::uint8_t from = 0; from < shards(); ++from) {
    for (std::uint8_t to = 0; to < shards(); ++to) {
      if (from == to) continue;
      pipes_.push_back(
          std::make_unique<Pipe>(from, to, options_.pipe_delay, options_.pipe_messages, now_));
      shard(from).connect_pipe(to, *pipes_.back());
    }
  }
}

Pipe& World::pipe(std::uint8_t from, std::uint8_t to) {
  const auto it = std::ranges::find_if(
      pipes_, [&](const auto& pipe) { return pipe->from == from && pipe->to == to; });
  CHECK(it != pipes_.end());
  return **it;
}

control::MediaCompletion World::command(std::uint8_t index, control::MediaRequest request) {
  return shard(index).handle_command(now_, {1, meeting_, std::move(request)});
}

Result<void> World::pipe_for(const control::Consume& request) {
  const std::uint8_t from = shard_at(request.producer.place());
  const std::uint8_t to = shard_at(request.transport.place());
  if (from == to) return {};
  const auto piped = shard(from).pipe_producer(meeting_, request.producer, to);
  if (!piped) return std::unexpected(piped.error());
  return shard(to).accept_producer(meeting_, *piped);
}

Result<control::MediaResult> World::try_ask(control::MediaRequest request) {
  if (const auto* consume = std::get_if<control::Consume>(&request)) {
    if (const auto piped = pipe_for(*consume); !piped) return std::unexpected(piped.error());
  }
  if (std::holds_alternative<control::CloseMeeting>(request)) {
    for (std::uint8_t i = 1; i < shards(); ++i) (void)command(i, request);
  }
  const auto place = control::place_of(request);
  auto completion = command(place ? shard_at(*place) : std::uint8_t{0}, std::move(request));
  run_shards();
  return std::move(completion.result);
}

ortc::CapabilitiesHash World::put_capabilities(const TransportId& transport) {
  const ortc::CapabilitiesHash hash = ortc::capabilities_hash(capabilities_);
  ask<control::Done>(control::PutCapabilities{transport, hash, capabilities_});
  return hash;
}

control::TransportCreated World::create_transport(std::uint8_t index,
                                                  const control::CreateTransport& request) {
  if (index != 0) CHECK(shard(index).join_meeting(meeting_, 0).has_value());
  auto completion = command(index, request);
  run_shards();
  CHECK(completion.result.has_value());
  return std::get<control::TransportCreated>(*std::move(completion.result));
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
  const TransportId& transport = leg.created.transport;
  CHECK(shard(transport.place().shard)
            .connect_with_keys(now_, meeting_, transport, *server)
            .has_value());
}

// ---- time ----

Instant World::next_event() const {
  Instant next = kNever;
  for (const auto& site : sites_)
    next = std::min(next, std::max(site->shard->next_timeout(), held_until_));
  for (const auto& pipe : pipes_) next = std::min(next, pipe->next_arrival());
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
  deliver_pipes();
  for (const auto& peer : peers_) {
    if (peer->next_timeout() <= now_) peer->handle_timeout(now_);
  }
  run_shards();
}

void World::run_shards() {
  for (const auto& site : sites_) run_shard(*site->shard);
}

void World::run_shard(sfu::Shard& running) {
  probe(true);
  if (running.next_timeout() <= now_) running.handle_timeout(now_);
  running.flush_pipes(now_);
  probe(false);
  for (; now_ >= held_until_;) {
    probe(true);
    const std::span<const Transmit> messages = running.poll_transmit(now_);
    probe(false);
    if (messages.empty()) break;
    for (const Transmit& message : messages) transmit(message);
  }
  control::MediaEvent event;
  while (running.poll_event(event)) events_.push_back(std::move(event));
}

// ---- the network ----

void World::deliver() {
  std::vector<ReceivedPacket> batch;
  std::uint8_t batch_to = 0;
  while (!arrivals_.empty() && arrivals_.top().at <= now_) {
    // The queue's top is const; it is popped at once.
    Arrival arrival = std::move(const_cast<Arrival&>(arrivals_.top()));
    arrivals_.pop();
    if (arrival.to_shard) {
      if (batch.size() == kBatch || *arrival.to_shard != batch_to) deliver_batch(batch_to, batch);
      batch_to = *arrival.to_shard;
      ReceivedPacket received{arrival.path, sites_[batch_to]->pool.acquire(arrival.bytes.size())};
      CHECK(static_cast<bool>(received.packet));
      CHECK(arrival.bytes.size() <= received.packet.capacity().size());
      std::ranges::copy(arrival.bytes, received.packet.capacity().begin());
      received.packet.resize(arrival.bytes.size());
      batch.push_back(std::move(received));
      continue;
    }
    const auto leg = legs_.find(arrival.path);
    if (leg != legs_.end()) leg->second->client->handle_datagram(now_, arrival.bytes);
  }
  deliver_batch(batch_to, batch);
}

void World::deliver_batch(std::uint8_t index, std::vector<ReceivedPacket>& batch) {
  if (batch.empty()) return;
  probe(true);
  shard(index).handle_packets(now_, batch);
  probe(false);
  batch.clear();
}

void World::deliver_pipes() {
  probe(true);
  for (const auto& pipe : pipes_) {
    for (; pipe->next_arrival() <= now_; pipe->pop()) {
      shard(pipe->to).handle_pipe(now_, pipe->from, pipe->front());
    }
  }
  probe(false);
}

void World::put_on_link(Link& link, std::optional<std::uint8_t> to_shard, const Path& path,
                        ByteView datagram, std::uint64_t what, bool& dropped) {
  const Link::Fate fate = link.send(now_, datagram.size());
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
  put_on_link(*leg.up, leg.created.transport.place().shard, from.path(), datagram, kUpArrives,
              dropped);
  if (!options_.notes_fates || from.keys() == nullptr) return;
  if (!leg.tap) leg.tap = std::make_unique<Tap>(*crypto_, *from.keys());
  if (const auto tag = leg.tap->read_up(datagram)) fates_.add(Fates::kUp, *tag, dropped);
}

void World::inject(const Path& path, ByteView datagram) {
  arrivals_.push({now_, next_order_++, std::uint8_t{0}, path, {datagram.begin(), datagram.end()}});
}

void World::close_path(const Path& path) {
  for (const auto& site : sites_) site->shard->handle_path_closed(now_, path);
  run_shards();
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
  put_on_link(*leg->down, std::nullopt, path, segment, kDownArrives, dropped);
  if (!options_.notes_fates || leg->client->keys() == nullptr) return;
  if (!leg->tap) leg->tap = std::make_unique<Tap>(*crypto_, *leg->client->keys());
  if (const auto tag = leg->tap->read_down(segment)) {
    fates_.add(leg->peer.number(), *tag, dropped);
  }
}

}  // namespace confab::sim
