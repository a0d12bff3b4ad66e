#include "rtc/ortc/ortc.h"
#include "rtc/ortc/validate.h"
#include "sfu/commands/commands.h"

namespace confab::sfu {

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::Produce& request) {
  ShardContext& context = shard.context;
  const auto found = find_in<WebRtcTransport>(shard, meeting, request.transport, "transport");
  if (!found) return std::unexpected(found.error());
  WebRtcTransport& transport = **found;
  PublishingSide* side = transport.publishing();
  if (side == nullptr) {
    return fail(ErrorCode::kInvalidArgument, "the transport is not for sending");
  }
  if (side->producer_count() >= context.config.limits.producers_per_transport_max) {
    return fail(ErrorCode::kFull, "no more producers on this transport");
  }
  if (const auto valid = ortc::validate(request.rtp_parameters, request.kind); !valid) {
    return std::unexpected(valid.error());
  }
  if (request.source && control::kind_of(*request.source) != request.kind) {
    return fail(ErrorCode::kInvalidArgument, "source: is of another kind than the track");
  }
  if (!transport.permits().allows(request.kind, request.source)) {
    return fail(ErrorCode::kForbidden, "you may not send this here");
  }
  auto mapping =
      ortc::producer_mapping(request.rtp_parameters, context.capabilities, context.random);
  if (!mapping) return std::unexpected(mapping.error());

  ProducerSetup setup;
  setup.meeting = meeting;
  setup.transport = transport.setup().id;
  setup.source.id = ProducerId::random_at(context.config.place, context.random);
  setup.source.kind = request.kind;
  setup.source.type = ortc::producer_type(request.rtp_parameters);
  setup.source.paused = request.paused;
  setup.slot = side->free_slot();
  setup.source.shows = request.source;
  setup.parameters = request.rtp_parameters;
  setup.parameters.rtcp.cname =
      side->cname().settle(request.rtp_parameters.rtcp.cname, context.random);
  setup.source.consumable =
      ortc::consumable_parameters(request.kind, setup.parameters, context.capabilities, *mapping);
  setup.mapping = std::move(*mapping);
  if (const auto added = side->demux().add(setup.slot, setup.parameters); !added) {
    return fail(ErrorCode::kConflict, added.error() == DemuxError::kMidTaken
                                          ? "rtpParameters.mid: in use by another producer"
                                          : "rtpParameters.encodings: an SSRC is in use");
  }
  const Producer& producer = shard.routers.at(meeting)->add_producer(*side, std::move(setup));
  return control::Produced{producer.id(), producer.type()};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::SetProducerPaused& request) {
  const auto producer = find_in<Producer>(shard, meeting, request.producer, "producer");
  if (!producer) return std::unexpected(producer.error());
  (*producer)->set_paused(now, request.paused);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::CloseProducer& request) {
  const auto producer = find_in<Producer>(shard, meeting, request.producer, "producer");
  if (!producer) return std::unexpected(producer.error());
  shard.routers.at(meeting)->remove_producer(**producer);
  return control::Done{};
}

}  // namespace confab::sfu
