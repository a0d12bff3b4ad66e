// Everybody leaves sometime, with or without a word; nothing may stay behind.
#include <algorithm>
#include <memory>

#include "scenario.h"

namespace confab::sim {
namespace {

sfu::ShardGauges empty_meeting() {
  sfu::ShardGauges gauges;
  gauges.routers = 1;
  return gauges;
}

std::string describe(const sfu::ShardGauges& g) {
  return "transports " + std::to_string(g.transports) + " producers " +
         std::to_string(g.producers) + " consumers " + std::to_string(g.consumers) + " paths " +
         std::to_string(g.paths) + " ufrags " + std::to_string(g.ufrags) + " ssl " +
         std::to_string(g.ssl_objects) + " streams " + std::to_string(g.streams) + " queued " +
         std::to_string(g.queued_packets) + " timers " + std::to_string(g.timers) + " pool " +
         std::to_string(g.pool_in_use);
}

// What left by itself may still wait to be sent.
void settle(World& world) {
  world.run_for(3s);
}

TEST(Leaving, two_hundred_joins_and_leaves_leave_nothing) {
  World world({.seed = 31});
  LinkProfile lossy;
  lossy.loss_permille = 30;
  std::vector<Peer*> inside;
  for (int i = 0; i < 200; ++i) {
    Peer& peer = world.add_peer({.up = lossy, .down = lossy});
    world.run_for(120ms);
    peer.publish(i % 3 == 0 ? simulcast() : camera());
    peer.publish(microphone());
    for (Peer* other : inside) {
      for (const auto& track : other->tracks()) peer.subscribe(track->producer);
      for (const auto& track : peer.tracks()) other->subscribe(track->producer);
    }
    inside.push_back(&peer);
    if (inside.size() > 4) {
      world.remove_peer(*inside.front());
      inside.erase(inside.begin());
    }
  }
  for (Peer* peer : inside) world.remove_peer(*peer);
  settle(world);
  const sfu::ShardGauges gauges = world.shard().gauges();
  EXPECT_EQ(gauges, empty_meeting()) << describe(gauges);
  EXPECT_GT(world.shard().counters().media_packets_out, 30'000u);

  world.ask<control::Done>(control::CloseMeeting{});
  EXPECT_EQ(world.shard().gauges(), sfu::ShardGauges{});
}

// The shortest that an operator may choose.
TEST(Leaving, a_short_time_of_silence_closes_a_transport_if_so_configured) {
  World world({.seed = 37,
               .configure = [](sfu::ShardConfig& config) { config.timing.ice_closed_after = 5s; }});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(20s);
  EXPECT_EQ(world.shard().gauges().transports, 4u);
  world.lose_peer(anna);
  world.run_for(8s);
  EXPECT_EQ(world.shard().gauges().transports, 2u);
  EXPECT_TRUE(ben.sending().client->is_ready());
}

TEST(Leaving, thirty_seconds_of_silence_close_a_transport) {
  World world({.seed = 32});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(5s);
  const Instant silent_from = world.now();
  anna.sending().client->go_silent();
  anna.receiving().client->go_silent();

  const auto states = [&](control::TransportState state) {
    std::size_t n = 0;
    for (const auto& event : events_of<control::TransportStateChanged>(world)) {
      if (event.participant == anna.participant() && event.state == state) ++n;
    }
    return n;
  };
  world.run_for(15s);
  EXPECT_EQ(states(control::TransportState::kDisconnected), 2u);
  EXPECT_EQ(states(control::TransportState::kFailed), 0u);
  EXPECT_EQ(world.shard().gauges().transports, 4u);

  ASSERT_TRUE(world.run_until([&] { return world.shard().gauges().transports == 2; }, 20s));
  // The last check came at most 2.5 s before the silence.
  EXPECT_GE(world.now() - silent_from, 27s);
  EXPECT_LE(world.now() - silent_from, 30s + 100ms);
  EXPECT_EQ(states(control::TransportState::kFailed), 2u);
  const auto closed = events_of<control::ConsumerClosed>(world);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].consumer, video.consumer().consumer);
  EXPECT_EQ(world.shard().counters().transports_timed_out, 2u);
}

TEST(Leaving, a_transport_that_is_not_used_yet_waits_without_a_limit) {
  World world({.seed = 33});
  world.ask<control::TransportCreated>(control::CreateTransport{
      ParticipantId::random(world.random()), control::TransportDirection::kReceive});
  world.run_for(10min);
  EXPECT_EQ(world.shard().gauges().transports, 1u);
}

TEST(Leaving, a_peer_that_closes_dtls_is_gone_at_once) {
  World world({.seed = 34, .dtls = true});
  Peer& anna = world.add_peer();
  world.run_for(1s);
  anna.sending().client->close(world.now());
  world.run_for(100ms);
  EXPECT_EQ(world.shard().gauges().transports, 1u);
  EXPECT_EQ(events_of<control::TransportStateChanged>(world).back().state,
            control::TransportState::kClosed);
}

TEST(Leaving, the_first_authentic_packet_lets_the_ssl_go_and_close_notify_still_ends_it) {
  World world({.seed = 39, .dtls = true});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(1s);
  const auto held = [&] { return world.shard().gauges().ssl_objects; };
  ASSERT_EQ(held(), 4u);
  // What only looks like media proves nothing.
  for (Peer* peer : {&anna, &ben}) {
    for (const std::uint8_t type : std::vector<std::uint8_t>{96, 200}) {
      std::vector<std::uint8_t> forged(100, 7);
      forged[0] = 0x80;
      forged[1] = type;
      forged[forged.size() - 4] |= 0x80;  // SRTCP says that it is encrypted
      world.inject(peer->sending().client->path(), forged);
      world.inject(peer->receiving().client->path(), forged);
    }
  }
  world.run_for(100ms);
  EXPECT_EQ(world.shard().counters().dropped(sfu::Drop::kSrtpRefused), 4u);
  EXPECT_EQ(world.shard().counters().dropped(sfu::Drop::kSrtcpRefused), 4u);
  EXPECT_EQ(held(), 4u);
  // Anna sends RTP and, without tracks of hers, Ben sends RTCP alone.
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(3s);
  EXPECT_GT(video.complete_frames(), 80u);
  EXPECT_EQ(held(), 2u);
  EXPECT_EQ(world.shard().gauges().transports, 4u);

  // A forged alert changes nothing but a counter, a true one ends the transport.
  const std::vector<std::uint8_t> alert(39, 21);
  world.inject(anna.sending().client->path(), alert);
  world.run_for(100ms);
  EXPECT_EQ(world.shard().counters().dropped(sfu::Drop::kDtlsRefused), 1u);
  EXPECT_EQ(world.shard().gauges().transports, 4u);
  for (Peer::Leg* leg : {&ben.receiving(), &anna.sending()}) {
    leg->client->close(world.now());
    world.run_for(100ms);
    const auto last = events_of<control::TransportStateChanged>(world).back();
    EXPECT_EQ(last.transport, leg->created.transport);
    EXPECT_EQ(last.state, control::TransportState::kClosed);
    EXPECT_EQ(last.reason, "the peer closed");
  }
  EXPECT_EQ(world.shard().gauges().transports, 2u);
}

// Who only joins and looks at nobody sends no media: it does not keep OpenSSL's 42 kB for that.
TEST(Leaving, a_peer_that_never_sends_anything_keeps_no_ssl) {
  World world({.seed = 40, .dtls = true});
  world.add_peer();
  world.run_for(25s);
  EXPECT_EQ(world.shard().gauges().ssl_objects, 2u);
  world.run_for(10s);
  EXPECT_EQ(world.shard().gauges().ssl_objects, 0u);
  EXPECT_EQ(world.shard().gauges().transports, 2u);
}

// Its checks go on, but signaling never says who it should be.
TEST(Leaving, a_handshake_that_does_not_come_to_an_end_is_given_up) {
  World world({.seed = 41, .dtls = true});
  const auto created = world.ask<control::TransportCreated>(control::CreateTransport{
      ParticipantId::random(world.random()), control::TransportDirection::kSend});
  Peer& anna = world.add_peer();
  Peer::Leg leg(anna);
  leg.client = std::make_unique<ClientTransport>(world, world.random(), world.crypto(),
                                                 world.new_path(Protocol::kUdp), created.ice);
  leg.up = std::make_unique<Link>(LinkProfile{}, 1);
  leg.down = std::make_unique<Link>(LinkProfile{}, 2);
  world.enter(leg);
  leg.client->use_dtls(client_identity(), created.dtls);
  leg.client->start(world.now());
  const auto run = [&](Duration duration) {
    for (Instant end = world.now() + duration; world.now() < end; world.run_for(50ms)) {
      leg.client->handle_timeout(world.now());
    }
  };
  run(55s);
  EXPECT_EQ(world.shard().gauges().transports, 3u);
  EXPECT_EQ(world.shard().gauges().ssl_objects, 1u);
  run(10s);
  EXPECT_EQ(world.shard().gauges().transports, 2u);
  EXPECT_EQ(world.shard().gauges().ssl_objects, 0u);
  world.forget(leg.client->path());
}

TEST(Leaving, a_handshake_that_floods_delays_only_itself) {
  World world({.seed = 38, .dtls = true});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  // Both have proved their paths; then one sends a hundred at once that begin like a ClientHello.
  world.run_until([&] { return world.shard().gauges().paths >= 4; }, 1s);
  const std::vector<std::uint8_t> record{22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4};
  for (int i = 0; i < 100; ++i) world.inject(anna.sending().client->path(), record);
  world.run_for(Duration::zero());
  EXPECT_GE(world.shard().counters().dropped(sfu::Drop::kHandshakeQueueFull), 84u);
  world.run_for(1s);
  EXPECT_TRUE(ben.sending().client->is_ready());
}

TEST(Leaving, a_wrong_fingerprint_is_refused_and_the_transport_gone) {
  World world({.seed = 35, .dtls = true});
  const auto created = world.ask<control::TransportCreated>(control::CreateTransport{
      ParticipantId::random(world.random()), control::TransportDirection::kSend});
  // Somebody with another certificate than signaling said.
  world.ask<control::Done>(control::ConnectTransport{
      created.transport, {ortc::DtlsRole::kClient, {server_identity().fingerprint()}}});
  Peer& anna = world.add_peer();
  Peer::Leg leg(anna);
  leg.client = std::make_unique<ClientTransport>(world, world.random(), world.crypto(),
                                                 world.new_path(Protocol::kUdp), created.ice);
  leg.up = std::make_unique<Link>(LinkProfile{}, 1);
  leg.down = std::make_unique<Link>(LinkProfile{}, 2);
  world.enter(leg);
  leg.client->use_dtls(client_identity(), created.dtls);
  leg.client->start(world.now());
  for (int i = 0; i < 100; ++i) {
    leg.client->handle_timeout(world.now());
    world.run_for(20ms);
  }
  world.forget(leg.client->path());
  const auto states = events_of<control::TransportStateChanged>(world);
  EXPECT_TRUE(std::ranges::any_of(states, [&](const auto& s) {
    return s.transport == created.transport && s.state == control::TransportState::kFailed;
  }));
}

TEST(Leaving, closing_a_producer_tells_its_consumers_and_frees_its_mid) {
  World world({.seed = 36});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  TrackOptions named = camera();
  named.mid = "7";
  Peer::Track& first = anna.publish(named);
  Subscriber& video = ben.subscribe(first.producer);
  world.run_for(1s);
  first.publisher->set_running(world.now(), false);
  world.ask<control::Done>(control::CloseProducer{first.producer});
  ASSERT_EQ(events_of<control::ConsumerClosed>(world).size(), 1u);
  EXPECT_EQ(events_of<control::ConsumerClosed>(world)[0].transport,
            ben.receiving().created.transport);
  EXPECT_EQ(world.shard().gauges().consumers, 0u);
  ben.unsubscribe(video);

  Subscriber& again = ben.subscribe(anna.publish(named).producer);
  world.run_for(1s);
  EXPECT_GE(again.complete_frames(), 25u);
}

TEST(Leaving, nothing_is_held_for_who_never_connected) {
  World world({.seed = 38});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Peer::Track& track = anna.publish(camera());
  control::Consume consume;
  consume.transport =
      world
          .ask<control::TransportCreated>(control::CreateTransport{
              ParticipantId::random(world.random()), control::TransportDirection::kReceive})
          .transport;
  consume.producer = track.producer;
  consume.capabilities = world.put_capabilities(consume.transport);
  consume.paused = false;
  world.ask<control::Consumed>(consume);
  Subscriber& video = ben.subscribe(track.producer);
  world.run_for(1s);
  EXPECT_GT(world.shard().gauges().pool_in_use, 0u);
  ben.unsubscribe(video);
  track.publisher->set_running(world.now(), false);
  settle(world);
  EXPECT_EQ(world.shard().gauges().pool_in_use, 0u);
}

TEST(Leaving, a_tcp_connection_that_breaks_leaves_the_transport_waiting_for_another) {
  World world({.seed = 37});
  Peer& anna = world.add_peer({.tcp = true});
  Peer& ben = world.add_peer();
  world.run_for(500ms);
  Subscriber& video = ben.subscribe(anna.publish(camera()).producer);
  world.run_for(1s);
  const Path broken = anna.sending().client->path();
  anna.move();
  world.close_path(broken);
  world.run_for(2s);
  EXPECT_LE(world.now() - video.latest_at(), 50ms);
}

}  // namespace
}  // namespace confab::sim
