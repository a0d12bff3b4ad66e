#include "sfu/router.h"

#include <gtest/gtest.h>

#include "sfu/testing.h"

namespace confab::sfu {
namespace {

using testing::kT0;

struct RouterTest : ::testing::Test {
  WebRtcTransport& transport(control::TransportDirection direction) {
    return router.add_transport(kT0, {ParticipantId::random(shard.random), direction});
  }
  Producer& publish(WebRtcTransport& from) {
    ProducerSetup setup;
    setup.meeting = router.id();
    setup.transport = from.setup().id;
    setup.slot = from.publishing()->free_slot();
    setup.source.id = ProducerId::random(shard.random);
    setup.source.kind = ortc::MediaKind::kVideo;
    setup.parameters = testing::camera_parameters(1, next_ssrc);
    setup.source.consumable = setup.parameters;
    next_ssrc += 10;
    EXPECT_TRUE(from.publishing()->demux().add(setup.slot, setup.parameters).has_value());
    return router.add_producer(*from.publishing(), std::move(setup));
  }
  Consumer& consume(WebRtcTransport& to, Source& source) {
    ConsumerSetup setup;
    setup.id = ConsumerId::random(shard.random);
    setup.transport = to.setup().id;
    setup.parameters = testing::camera_parameters(1, next_ssrc);
    next_ssrc += 10;
    return router.add_consumer(*to.subscribing(), source, setup);
  }

  testing::TestShard shard;
  Router router{shard.context, MeetingId::random(shard.random)};
  std::uint32_t next_ssrc = 1000;
};

TEST_F(RouterTest, a_transport_has_the_side_of_its_direction_alone) {
  EXPECT_NE(transport(control::TransportDirection::kSend).publishing(), nullptr);
  EXPECT_EQ(transport(control::TransportDirection::kSend).subscribing(), nullptr);
  EXPECT_EQ(transport(control::TransportDirection::kReceive).publishing(), nullptr);
  EXPECT_NE(transport(control::TransportDirection::kReceive).subscribing(), nullptr);
}

TEST_F(RouterTest, a_producer_that_goes_takes_its_consumers_along_and_tells_so) {
  Producer& producer = publish(transport(control::TransportDirection::kSend));
  WebRtcTransport& receiver = transport(control::TransportDirection::kReceive);
  const ConsumerId consumer = consume(receiver, producer).id();
  router.remove_producer(producer);
  EXPECT_EQ(router.find(consumer), nullptr);
  EXPECT_TRUE(receiver.subscribing()->consumers().empty());
  ASSERT_EQ(shard.context.events.size(), 1u);
  const auto& closed = std::get<control::ConsumerClosed>(shard.context.events.front().body);
  EXPECT_EQ(closed.consumer, consumer);
  EXPECT_EQ(closed.transport, receiver.setup().id);
}

TEST_F(RouterTest, a_transport_that_goes_takes_along_what_goes_through_it) {
  WebRtcTransport& sender = transport(control::TransportDirection::kSend);
  Producer& producer = publish(sender);
  WebRtcTransport& receiver = transport(control::TransportDirection::kReceive);
  consume(receiver, producer);
  router.remove_transport(receiver.setup().id);
  EXPECT_TRUE(router.consumers().empty());
  EXPECT_TRUE(producer.consumers().empty());
  router.remove_transport(sender.setup().id);
  EXPECT_TRUE(router.producers().empty());
  EXPECT_TRUE(router.transports().empty());
}

}  // namespace
}  // namespace confab::sfu
