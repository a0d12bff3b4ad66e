// What strangers and broken clients send is dropped, counted and does no harm.
#include <array>
#include <memory>

#include "rtc/stun/builder.h"
#include "rtc/stun/integrity_key.h"
#include "scenario.h"
#include "sim/parameters.h"

namespace confab::sim {
namespace {

struct BadInput : testing::Test {
  BadInput() {
    world.run_for(500ms);
    video = &ben.subscribe(anna.publish(camera()).producer);
    world.run_for(1s);
  }
  std::uint64_t dropped(sfu::Drop reason) { return world.shard().counters().dropped(reason); }
  // Media goes on whatever came in between.
  void expect_unharmed() {
    const std::size_t before = video->complete_frames();
    world.run_for(2s);
    EXPECT_GE(video->complete_frames() - before, 55u);
    expect_sound(*video);
    expect_continuous(*video);
  }

  World world{{.seed = 51}};
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  Subscriber* video = nullptr;
};

TEST_F(BadInput, garbage_from_strangers) {
  const Path stranger = world.new_path(Protocol::kUdp);
  SeededRandom noise(5);
  const std::uint64_t in_before = world.shard().counters().packets_in;
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::uint8_t> bytes(noise.between(0, 1500));
    noise.fill(bytes);
    world.inject(stranger, bytes);
  }
  const std::uint64_t out_before = world.shard().counters().packets_out;
  world.run_for(Duration::zero());
  EXPECT_EQ(world.shard().counters().packets_in - in_before, 5000u);
  EXPECT_LE(world.shard().counters().packets_out - out_before, 100u);  // media in the same instant
  const std::uint64_t counted =
      dropped(sfu::Drop::kUnknownPath) + dropped(sfu::Drop::kUnknownKind) +
      dropped(sfu::Drop::kStunNotRequest) + dropped(sfu::Drop::kStunUnknownUser) +
      dropped(sfu::Drop::kEmptyDatagram);
  EXPECT_GE(counted, 5000u);
  EXPECT_GT(dropped(sfu::Drop::kUnknownPath), 0u);
  EXPECT_GT(dropped(sfu::Drop::kUnknownKind), 0u);
  expect_unharmed();
}

TEST_F(BadInput, garbage_from_a_participant_s_own_address) {
  const Path path = anna.sending().client->path();
  SeededRandom noise(6);
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::uint8_t> bytes(noise.between(1, 1500));
    noise.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>(i % 2 == 0 ? 0x80 : 20 + i % 44);
    world.inject(path, bytes);
  }
  world.run_for(1ms);
  EXPECT_GE(dropped(sfu::Drop::kSrtpRefused) + dropped(sfu::Drop::kSrtcpRefused), 2400u);
  expect_unharmed();
}

// Ben, with credentials of his own, says that he is where carl is, of whom nothing was heard yet
// that only he can have sent.
TEST(BadHandshake, a_path_that_another_claimed_is_its_owner_s_again_with_the_next_check) {
  World world({.seed = 52, .dtls = true});
  Peer& ben = world.add_peer();
  world.run_for(1s);
  ClientTransport& carl = *world.add_peer().sending().client;
  ASSERT_TRUE(world.run_until([&] { return carl.checks_answered() > 0; }, 1s));
  const ortc::IceParameters& ice = ben.sending().created.ice;
  const stun::IntegrityKey key(ice.password);
  std::array<std::uint8_t, 256> buffer;
  stun::Builder check(buffer, stun::Class::kRequest, stun::TransactionId{1});
  check.username(ice.username_fragment + ":evil");
  check.priority(1);
  check.ice_controlling(1);
  world.inject(carl.path(), check.finish(&key));
  world.run_for(100ms);
  EXPECT_FALSE(carl.is_ready()) << "the path was not taken";
  EXPECT_TRUE(world.run_until([&] { return carl.is_ready(); }, 5s));
}

TEST_F(BadInput, replayed_packets) {
  // Everything that anna sends arrives twice, the second time a little later.
  LinkProfile doubling;
  doubling.duplicate_permille = 1000;
  anna.set_links(doubling, {});
  const std::uint64_t before = dropped(sfu::Drop::kSrtpRefused);
  world.run_for(1s);
  EXPECT_NEAR(static_cast<double>(dropped(sfu::Drop::kSrtpRefused) - before), 150.0, 15.0);
  expect_unharmed();
  EXPECT_EQ(video->duplicates(), 0u);
}

TEST_F(BadInput, streams_that_nobody_announced) {
  ClientTransport& client = *anna.sending().client;
  for (std::uint32_t i = 0; i < 100; ++i) {
    std::vector<std::uint8_t> packet(200, 0);
    packet[0] = 0x80;
    packet[1] = kVp8PayloadType;
    store_be16(&packet[2], 1);
    store_be32(&packet[8], 0xABCD0000 + i);
    client.send_rtp(packet);
  }
  const std::size_t streams = world.shard().gauges().streams;
  world.run_for(50ms);
  EXPECT_EQ(dropped(sfu::Drop::kRtpUnknownStream), 100u);
  EXPECT_EQ(world.shard().gauges().streams, streams);
  expect_unharmed();
}

TEST_F(BadInput, payloads_and_types_that_make_no_sense) {
  ClientTransport& client = *anna.sending().client;
  Publisher::Stream& stream = anna.tracks().front()->publisher->streams().front();
  const auto send = [&](std::uint8_t payload_type, std::size_t payload) {
    std::vector<std::uint8_t> packet(12 + payload, 0xFF);
    packet[0] = 0x80;
    packet[1] = payload_type;
    store_be16(&packet[2], stream.next_seq.value);
    stream.next_seq = stream.next_seq + 1;
    store_be32(&packet[8], stream.ssrc.value);
    client.send_rtp(packet);
  };
  send(77, 100);
  send(kVp8PayloadType, 1);
  world.run_for(50ms);
  EXPECT_EQ(dropped(sfu::Drop::kRtpUnknownPayloadType), 1u);
  EXPECT_EQ(dropped(sfu::Drop::kPayloadMalformed), 1u);
  const std::size_t before = video->complete_frames();
  world.run_for(2s);
  EXPECT_GE(video->complete_frames() - before, 55u);
}

TEST_F(BadInput, packets_too_large_to_pass_on) {
  ClientTransport& client = *anna.sending().client;
  Publisher::Stream& stream = anna.tracks().front()->publisher->streams().front();
  const MediaTag tag{stream.number, 900'000, 1, 5};
  std::vector<std::uint8_t> packet(12 + 1500);
  packet[0] = 0x80;
  packet[1] = kVp8PayloadType;
  store_be16(&packet[2], stream.next_seq.value);
  stream.next_seq = stream.next_seq + 1;
  store_be32(&packet[8], stream.ssrc.value);
  write_vp8(MutableBytes(packet).subspan(12), tag, {});
  client.send_rtp(packet);
  world.run_for(50ms);
  EXPECT_EQ(dropped(sfu::Drop::kEgressOversize), 1u);
  EXPECT_EQ(world.bad_messages(), 0u);
}

TEST_F(BadInput, rtcp_that_lies) {
  ClientTransport& client = *ben.receiving().client;
  const std::uint32_t ssrc = *video->consumer().rtp_parameters.encodings.front().ssrc;
  // Asks for everything there is and ever was, thrice.
  for (int round = 0; round < 3; ++round) {
    std::vector<std::uint8_t> nack(12 + 4 * 250);
    nack[0] = 0x81;
    nack[1] = 205;
    store_be16(&nack[2], static_cast<std::uint16_t>(nack.size() / 4 - 1));
    store_be32(&nack[8], ssrc);
    for (std::size_t i = 0; i < 250; ++i) {
      store_be16(&nack[12 + 4 * i], static_cast<std::uint16_t>(i * 17));
      store_be16(&nack[14 + 4 * i], 0xFFFF);
    }
    client.send_rtcp(nack);
  }
  // A length beyond the end, and a type nobody knows.
  client.send_rtcp({0x81, 205, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0});
  client.send_rtcp({0x9F, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2});
  world.run_for(100ms);
  EXPECT_GE(world.shard().counters().refused(sfu::RepeatRefusal::kNotHeld), 3000u);
  EXPECT_GE(dropped(sfu::Drop::kRtcpMalformed), 1u);
  const std::size_t before = video->complete_frames();
  world.run_for(2s);
  EXPECT_GE(video->complete_frames() - before, 55u);
  EXPECT_EQ(video->content_errors(), 0u);
}

// Packets of two layers that the receiver was given one after the other are held in two places.
// The handshake tells that the receiver is near, so that each holds no more than 64.
TEST(BadRequests, no_packet_is_repeated_twice_at_once_after_a_change_of_layer) {
  World world({.seed = 78, .dtls = true});
  Peer& anna = world.add_peer();
  Peer& ben = world.add_peer();
  world.run_for(1500ms);
  TrackOptions options = simulcast();
  options.packets_per_frame = 3;
  Subscriber& layered = ben.subscribe(anna.publish(options).producer);
  world.run_for(5s);
  world.ask<control::Done>(control::SetPreferredLayers{layered.consumer().consumer, 0, 0});
  world.run_for(450ms);
  // Twelve numbers, of the old layer and of the new, again and again in one datagram.
  const std::int64_t older = layered.steps().rbegin()->first - 70;
  std::vector<std::uint8_t> nack(12 + 4 * 280);
  nack[0] = 0x81;
  nack[1] = 205;
  store_be16(&nack[2], static_cast<std::uint16_t>(nack.size() / 4 - 1));
  store_be32(&nack[8], *layered.consumer().rtp_parameters.encodings.front().ssrc);
  for (std::size_t i = 0; i < 280; ++i) {
    const std::int64_t seq = i % 2 == 0 ? older : older + 64;
    store_be16(&nack[12 + 4 * i], rtp::to_seq(seq).value);
    store_be16(&nack[14 + 4 * i], 0x1F);
  }
  const std::uint64_t before = world.shard().counters().rtx_out;
  ben.receiving().client->send_rtcp(nack);
  world.run_for(100ms);
  EXPECT_EQ(world.shard().counters().rtx_out - before, 12u);
}

TEST_F(BadInput, commands_that_can_not_be_carried_out_are_refused_with_a_reason) {
  const auto code = [&](control::MediaRequest request) {
    const auto result = world.try_ask(std::move(request));
    return result ? std::nullopt : std::optional(result.error().code);
  };
  EXPECT_EQ(code(control::CloseTransport{TransportId::random(world.random())}),
            ErrorCode::kNotFound);
  EXPECT_EQ(code(control::CloseProducer{ProducerId::random(world.random())}), ErrorCode::kNotFound);
  EXPECT_EQ(code(control::CloseConsumer{ConsumerId::random(world.random())}), ErrorCode::kNotFound);

  control::Produce produce;
  produce.transport = anna.receiving().created.transport;
  produce.kind = ortc::MediaKind::kVideo;
  produce.rtp_parameters = vp8_parameters("9", 1, 2, "x");
  EXPECT_EQ(code(produce), ErrorCode::kInvalidArgument);
  produce.transport = anna.sending().created.transport;
  produce.rtp_parameters = vp8_parameters("0", 1, 2, "x");
  EXPECT_EQ(code(produce), ErrorCode::kConflict);  // the MID is the camera's
  produce.rtp_parameters = vp8_parameters("9", 1, 2, "x");
  produce.rtp_parameters.codecs.front().mime_type = "video/H266";
  EXPECT_EQ(code(produce), ErrorCode::kUnsupported);

  control::Consume consume;
  consume.transport = ben.receiving().created.transport;
  consume.producer = anna.tracks().front()->producer;
  EXPECT_EQ(code(consume), ErrorCode::kConflict);  // what the device can decode was not told
  const ortc::RtpCapabilities nothing;
  const ortc::CapabilitiesHash hash = ortc::capabilities_hash(nothing);
  EXPECT_EQ(code(control::PutCapabilities{consume.transport, hash + 1, nothing}),
            ErrorCode::kInvalidArgument);
  world.ask<control::Done>(control::PutCapabilities{consume.transport, hash, nothing});
  EXPECT_EQ(code(consume), ErrorCode::kConflict);  // it was told something else
  consume.capabilities = hash;
  EXPECT_EQ(code(consume), ErrorCode::kUnsupported);  // a device without codecs
  consume.capabilities = world.put_capabilities(consume.transport);
  consume.transport = ben.sending().created.transport;
  EXPECT_EQ(code(consume), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(control::PutCapabilities{consume.transport, hash, nothing}),
            ErrorCode::kInvalidArgument);

  EXPECT_EQ(code(control::ConnectTransport{anna.sending().created.transport, {}}),
            ErrorCode::kInvalidArgument);
  expect_unharmed();
}

}  // namespace
}  // namespace confab::sim
