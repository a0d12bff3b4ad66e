// The client against the real shard, in virtual time: what the load generator does over sockets,
// with a link that delays and loses between the two.
#include "sfu/shard.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/datagram.h"
#include "base/packet.h"
#include "client/negotiate.h"
#include "client/transport.h"
#include "control/media.h"

namespace confab::client {
namespace {

using ortc::MediaKind;
using State = Transport::State;

constexpr Instant kStart{1000s};
constexpr std::int64_t kWallTime = 1767225600;  // 2026-01-01

const dtls::DtlsIdentity& identity(int which) {
  static const dtls::DtlsIdentity server = std::move(*dtls::DtlsIdentity::generate(kWallTime));
  static const dtls::DtlsIdentity client = std::move(*dtls::DtlsIdentity::generate(kWallTime));
  return which == 0 ? server : client;
}

struct Link {
  Duration delay = 5ms;
  std::uint32_t loss_percent = 0;
};

// A transport with its socket's address and its id at the server.
struct Leg {
  Path path;
  TransportId id;
  std::unique_ptr<Transport> transport;
};

class Room {
 public:
  explicit Room(Link link = {}, std::uint32_t verify_one_in = 1)
      : link_(link), verify_one_in_(verify_one_in) {
    sfu::ShardConfig config;
    config.candidates = {{.foundation = "1", .priority = 1, .address = "10.0.0.1", .port = 40000}};
    shard_ = std::make_unique<sfu::Shard>(config, identity(0), random_, null_log(), pool_, now);
    capabilities_ = ask<control::MeetingOpened>(control::OpenMeeting{}).router_capabilities;
  }

  template <typename Answer>
  Answer ask(control::MediaRequest request) {
    auto completion = shard_->handle_command(now, {++requests_, meeting_, std::move(request)});
    EXPECT_TRUE(completion.result.has_value()) << completion.result.error().message;
    return std::get<Answer>(*std::move(completion.result));
  }

  Leg& join(control::TransportDirection direction) {
    const auto made = ask<control::TransportCreated>(
        control::CreateTransport{ParticipantId::random(random_), direction});
    Leg& leg = *legs_.emplace_back(std::make_unique<Leg>());
    leg.id = made.transport;
    leg.path = {Protocol::kUdp,
                0,
                {IpAddress::v4(0x0a000100), static_cast<std::uint16_t>(5000 + legs_.size())}};
    TransportConfig config;
    config.remote_ice = made.ice;
    config.remote_fingerprints = made.dtls.fingerprints;
    config.verify_one_in = verify_one_in_;
    leg.transport = std::make_unique<Transport>(config, identity(1), *crypto_, random_, stats);
    ask<control::Done>(control::ConnectTransport{
        made.transport,
        {.role = ortc::DtlsRole::kClient, .fingerprints = {identity(1).fingerprint()}}});
    leg.transport->start(now, out_);
    carry(leg);
    return leg;
  }

  ProducerId produce(Leg& leg, MediaKind kind, const VideoWish& wish = {}) {
    const std::string mid = std::to_string(++mids_);
    const auto announce = [&](const auto& offer) {
      leg.transport->publish(now, offer.track);
      return ask<control::Produced>(control::Produce{leg.id, kind, offer.parameters}).producer;
    };
    return kind == MediaKind::kAudio ? announce(*offer_audio(capabilities_, mid, random_))
                                     : announce(*offer_video(capabilities_, mid, wish, random_));
  }

  void consume(Leg& leg, ProducerId producer) {
    const ortc::CapabilitiesHash hash = ortc::capabilities_hash(capabilities_);
    ask<control::Done>(control::PutCapabilities{leg.id, hash, capabilities_});
    const auto made = ask<control::Consumed>(control::Consume{leg.id, producer, hash, true});
    leg.transport->receive(now, *expect(made.kind, made.rtp_parameters));
    ask<control::Done>(control::SetConsumerPaused{made.consumer, false});
    transmit();
  }

  void run_for(Duration duration) {
    const Instant end = now + duration;
    for (Instant next = next_event(); next <= end; next = next_event()) {
      now = std::max(now, next);
      step();
    }
    now = end;
  }

  Instant now = kStart;
  Stats stats;

 private:
  struct Arrival {
    Leg* to_leg;  // nullptr: to the shard
    Path path;
    std::vector<std::uint8_t> bytes;
  };

  Instant next_event() const {
    Instant next = shard_->next_timeout();
    if (!in_flight_.empty()) next = std::min(next, in_flight_.begin()->first);
    for (const auto& leg : legs_) next = std::min(next, leg->transport->next_timeout());
    return next;
  }

  void step() {
    while (!in_flight_.empty() && in_flight_.begin()->first <= now) {
      deliver(in_flight_.extract(in_flight_.begin()).mapped());
    }
    for (const auto& leg : legs_) {
      if (leg->transport->next_timeout() > now) continue;
      leg->transport->handle_timeout(now, out_);
      carry(*leg);
    }
    if (shard_->next_timeout() <= now) shard_->handle_timeout(now);
    transmit();
  }

  void deliver(Arrival arrival) {
    if (arrival.to_leg != nullptr) {
      arrival.to_leg->transport->handle_packet(now, arrival.bytes, out_);
      return carry(*arrival.to_leg);
    }
    ReceivedPacket packet{arrival.path, pool_.acquire()};
    std::memcpy(packet.packet.capacity().data(), arrival.bytes.data(), arrival.bytes.size());
    packet.packet.resize(arrival.bytes.size());
    shard_->handle_packets(now, std::span(&packet, 1));
  }

  void carry(Leg& leg) {
    for (std::size_t i = 0; i < out_.size(); ++i) put(nullptr, leg.path, std::as_const(out_)[i]);
    out_.clear();
  }

  void transmit() {
    for (auto batch = shard_->poll_transmit(now); !batch.empty();
         batch = shard_->poll_transmit(now)) {
      for (const Transmit& message : batch) {
        for (ByteView rest = message.bytes; !rest.empty();) {
          const ByteView segment =
              rest.first(std::min<std::size_t>(rest.size(), message.segment_size));
          rest = rest.subspan(segment.size());
          for (const auto& leg : legs_) {
            if (leg->path == message.path) put(leg.get(), message.path, segment);
          }
        }
      }
    }
    control::MediaEvent event;
    while (shard_->poll_event(event)) {
    }
  }

  void put(Leg* to, const Path& path, ByteView bytes) {
    if (random_.between(0, 99) < link_.loss_percent) return;
    in_flight_.emplace(now + link_.delay, Arrival{to, path, {bytes.begin(), bytes.end()}});
  }

  Link link_;
  std::uint32_t verify_one_in_;
  SeededRandom random_{5};
  PacketPool pool_{16'384};
  std::unique_ptr<srtp::CryptoProvider> crypto_ = srtp::make_crypto_provider();
  std::unique_ptr<sfu::Shard> shard_;
  MeetingId meeting_ = MeetingId::random(random_);
  ortc::RtpCapabilities capabilities_;
  control::RequestId requests_ = 0;
  int mids_ = 0;
  DatagramBatch out_{128};
  std::vector<std::unique_ptr<Leg>> legs_;
  std::multimap<Instant, Arrival> in_flight_;
};

constexpr auto kSend = control::TransportDirection::kSend;
constexpr auto kReceive = control::TransportDirection::kReceive;

TEST(ClientAtShard, ConnectsInThreeRoundTrips) {
  Room room;
  const Leg& leg = room.join(kSend);
  room.run_for(1s);

  EXPECT_EQ(leg.transport->state(), State::kConnected);
  // One for the check, two for the handshake, at 10 ms each.
  EXPECT_EQ(leg.transport->time_to_connect(), 30ms);
  EXPECT_EQ(room.stats.round_trip.max(), 10ms);
}

TEST(ClientAtShard, AudioAndVideoComeThroughWithTheirDelay) {
  Room room;
  Leg& from = room.join(kSend);
  Leg& to = room.join(kReceive);
  const ProducerId audio = room.produce(from, MediaKind::kAudio);
  const ProducerId video = room.produce(from, MediaKind::kVideo);
  room.consume(to, audio);
  room.consume(to, video);
  room.run_for(5s);
  const Stats before = room.stats;
  room.run_for(10s);

  const Counters& counters = room.stats.counters;
  // 50 audio packets a second, 30 frames of six packets.
  EXPECT_NEAR(static_cast<double>(counters.packets_received - before.counters.packets_received),
              10 * (50 + 30 * 6), 12);
  EXPECT_EQ(counters.packets_verified, counters.packets_received);
  EXPECT_EQ(counters.packets_missing, 0u);
  EXPECT_EQ(counters.drop_srtp + counters.drop_unstamped + counters.drop_malformed +
                counters.drop_unknown_ssrc,
            0u);
  EXPECT_GT(counters.transport_feedback_received, 50u);
  // Two links, and at most a tick of the shard.
  EXPECT_GE(room.stats.audio_delay.percentile(0.01), 10ms);
  EXPECT_LE(room.stats.video_delay.max(), 16ms);
}

TEST(ClientAtShard, ALateSubscriberMakesThePublisherSendAKeyFrame) {
  Room room;
  Leg& from = room.join(kSend);
  const ProducerId video = room.produce(from, MediaKind::kVideo);
  room.run_for(3s);
  ASSERT_EQ(room.stats.counters.key_frames_sent, 1u);
  room.consume(room.join(kReceive), video);
  room.run_for(1s);

  EXPECT_GE(room.stats.counters.plis_received, 1u);
  EXPECT_GE(room.stats.counters.key_frames_sent, 2u);
  EXPECT_GT(room.stats.video_delay.count(), 0u);
}

TEST(ClientAtShard, LossIsRepairedBothWays) {
  Room room({.delay = 10ms, .loss_percent = 5});
  Leg& from = room.join(kSend);
  Leg& to = room.join(kReceive);
  room.run_for(2s);
  ASSERT_EQ(from.transport->state(), State::kConnected);
  ASSERT_EQ(to.transport->state(), State::kConnected);
  room.consume(to, room.produce(from, MediaKind::kVideo));
  room.run_for(20s);

  const Counters& counters = room.stats.counters;
  EXPECT_GT(counters.packets_missing, 100u);
  EXPECT_GT(counters.nacks_sent, 50u);
  EXPECT_GT(counters.packets_retransmitted, 50u);
  const std::uint64_t lost =
      counters.packets_missing - counters.packets_late - counters.packets_repaired;
  EXPECT_LE(lost, 5u);  // what the end of the run left open
}

TEST(ClientAtShard, CountsAllWhileItDecryptsFew) {
  Room room({}, 16);
  Leg& from = room.join(kSend);
  Leg& to = room.join(kReceive);
  room.consume(to, room.produce(from, MediaKind::kVideo));
  room.run_for(10s);

  const Counters& counters = room.stats.counters;
  EXPECT_GT(counters.packets_received, 1500u);
  EXPECT_NEAR(static_cast<double>(counters.packets_verified),
              static_cast<double>(counters.packets_received) / 16, 2);
  EXPECT_EQ(counters.packets_missing, 0u);
  EXPECT_EQ(counters.drop_srtp, 0u);
}

TEST(ClientAtShard, OfSimulcastOneLayerArrives) {
  Room room;
  Leg& from = room.join(kSend);
  Leg& to = room.join(kReceive);
  room.consume(to, room.produce(from, MediaKind::kVideo, {.simulcast = true}));
  room.run_for(5s);
  const Counters before = room.stats.counters;
  room.run_for(5s);

  const Counters& counters = room.stats.counters;
  // 1 + 2 + 6 packets in each frame go up, at most 6 of them come down.
  const auto sent = counters.packets_sent - before.packets_sent;
  const auto received = counters.packets_received - before.packets_received;
  EXPECT_NEAR(static_cast<double>(sent), 5 * 30 * 9, 20);
  EXPECT_GT(received, 100u);
  EXPECT_LE(received, 5u * 30 * 6 + 6);
  EXPECT_EQ(counters.packets_missing, 0u);
  EXPECT_EQ(counters.drop_unstamped, 0u);
}

TEST(ClientAtShard, AClosedConsumersPacketsAreNotItsNeighbours) {
  Room room;
  Leg& from = room.join(kSend);
  Leg& to = room.join(kReceive);
  const ProducerId audio = room.produce(from, MediaKind::kAudio);
  room.consume(to, audio);
  room.consume(to, room.produce(from, MediaKind::kVideo));
  room.run_for(3s);
  room.ask<control::Done>(control::CloseProducer{audio});
  room.run_for(1s);
  const Stats before = room.stats;
  room.run_for(5s);

  EXPECT_EQ(room.stats.audio_delay.count(), before.audio_delay.count());
  EXPECT_GT(room.stats.video_delay.count(), before.video_delay.count());
}

}  // namespace
}  // namespace confab::client
