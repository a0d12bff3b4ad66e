#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/validate.h"
#include "sfu/commands/commands.h"

namespace confab::sfu {
namespace {

void tell_wish(ShardState& shard, Instant now, const MeetingId& meeting, const Consumer& consumer) {
  const Router& router = *shard.routers.at(meeting);
  router.find(consumer.transport())->subscribing()->on_wish_changed(now);
}

}  // namespace

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::PutCapabilities& request) {
  const auto transport = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!transport) return std::unexpected(transport.error());
  SubscribingSide* side = (*transport)->subscribing();
  if (side == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "the transport is not for receiving");
  }
  if (const auto valid = ortc::validate(request.rtp_capabilities); !valid) {
    return std::unexpected(valid.error());
  }
  if (ortc::capabilities_hash(request.rtp_capabilities) != request.hash) {
    return fail(ErrorCode::kInvalidArgument, "the capabilities are not those of the hash");
  }
  side->set_capabilities(shard.context.receivers.share(request.rtp_capabilities), request.hash);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::Consume& request) {
  ShardContext& context = shard.context;
  const auto found = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!found) return std::unexpected(found.error());
  WebRtcTransport& transport = **found;
  Router& router = transport.router();
  Source* source = router.find_source(request.producer);
  if (source == nullptr) return fail(ErrorCode::kNotFound, "no such producer");
  SubscribingSide* side = transport.subscribing();
  if (side == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "the transport is not for receiving");
  }
  if (!transport.permits().can_subscribe) {
    return fail(ErrorCode::kForbidden, "you may not receive here");
  }
  if (side->consumers().size() >= context.config.limits.consumers_per_transport_max) {
    return fail(ErrorCode::kFull, "no more consumers on this transport");
  }
  if (side->capabilities() == nullptr || side->capabilities_hash() != request.capabilities) {
    return fail(ErrorCode::kConflict, "the transport was not told what this device can decode");
  }
  const ortc::RtpCapabilities& capabilities = *side->capabilities();
  const ortc::RtpParameters& consumable = source->consumable();
  if (!ortc::can_consume(consumable, capabilities)) {
    return fail(ErrorCode::kUnsupported, "this device can not decode the producer's codec");
  }
  auto parameters = ortc::consumer_parameters(consumable, capabilities,
                                              {side->next_mid(), std::nullopt}, side->ssrcs());
  if (!parameters) return std::unexpected(parameters.error());

  ConsumerSetup setup;
  setup.id = ConsumerId::random_at(context.config.place, context.random);
  setup.transport = transport.setup().id;
  setup.number = side->next_stream_number();
  setup.parameters = std::move(*parameters);
  setup.paused = request.paused;
  const Consumer& consumer = router.add_consumer(*side, *source, setup);
  side->on_wish_changed(now);
  return control::Consumed{consumer.id(),
                           source->id(),
                           source->kind(),
                           source->type(),
                           std::move(setup.parameters),
                           consumer.is_paused(),
                           source->is_paused()};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::SetConsumerPaused& request) {
  const auto consumer = find_in<Consumer>(shard, meeting, request.consumer, "consumer");
  if (!consumer) return std::unexpected(consumer.error());
  (*consumer)->set_paused(now, request.paused);
  tell_wish(shard, now, meeting, **consumer);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::SetPreferredLayers& request) {
  const auto consumer = find_in<Consumer>(shard, meeting, request.consumer, "consumer");
  if (!consumer) return std::unexpected(consumer.error());
  (*consumer)->set_preferred(now, {request.spatial, request.temporal}, request.priority);
  tell_wish(shard, now, meeting, **consumer);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::RequestKeyFrame& request) {
  const auto consumer = find_in<Consumer>(shard, meeting, request.consumer, "consumer");
  if (!consumer) return std::unexpected(consumer.error());
  (*consumer)->request_key_frame(now);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::CloseConsumer& request) {
  const auto consumer = find_in<Consumer>(shard, meeting, request.consumer, "consumer");
  if (!consumer) return std::unexpected(consumer.error());
  shard.routers.at(meeting)->remove_consumer(**consumer);
  return control::Done{};
}

}  // namespace confab::sfu
