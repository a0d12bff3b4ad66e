#include "sfu/commands/commands.h"

namespace confab::sfu {
namespace {

control::ProducerStats producer_stats(const Producer& producer) {
  control::ProducerStats out;
  out.producer = producer.id();
  out.transport = producer.transport();
  out.kind = producer.kind();
  out.codec = producer.parameters().codecs.front().mime_type;
  for (const ProducerStream& stream : producer.streams()) {
    out.nacks_sent += stream.nacks_sent();
    out.plis_sent += stream.key_frame_requests_sent();
    const rtp::ReceiveStatistics* statistics = stream.statistics();
    if (statistics == nullptr) continue;
    out.packets_received += statistics->packets_received();
    out.bytes_received += statistics->bytes_received();
    out.packets_lost += statistics->packets_lost_after_repair();
    out.packets_repaired += statistics->packets_repaired();
    out.jitter_us =
        std::max(out.jitter_us, static_cast<std::uint32_t>(to_us(statistics->jitter())));
  }
  return out;
}

control::ConsumerStats consumer_stats(Instant now, const SubscribingSide& side,
                                      const Consumer& consumer) {
  const Consumer::Statistics& statistics = consumer.statistics();
  control::ConsumerStats out;
  out.consumer = consumer.id();
  out.producer = consumer.source().id();
  out.transport = consumer.transport();
  out.packets_sent = statistics.packets_sent;
  out.bytes_sent = statistics.bytes_sent;
  out.packets_retransmitted = statistics.packets_retransmitted;
  out.nacks_received = statistics.nacks_received;
  out.plis_received = statistics.plis_received;
  out.rtt_us = static_cast<std::uint32_t>(to_us(statistics.rtt));
  out.fraction_lost = statistics.fraction_lost;
  if (consumer.source().kind() == ortc::MediaKind::kVideo) {
    out.layers = consumer.layer_stats(now, side.rate().update().state);
  }
  return out;
}

void add_stats(Instant now, const WebRtcTransport& transport, control::MeetingStats& stats) {
  stats.transports.push_back(transport.statistics(now));
  if (const PublishingSide* side = transport.publishing()) {
    for (const auto& producer : side->producers()) {
      if (producer) stats.producers.push_back(producer_stats(*producer));
    }
  }
  if (const SubscribingSide* side = transport.subscribing()) {
    for (const auto& [id, consumer] : side->consumers()) {
      stats.consumers.push_back(consumer_stats(now, *side, *consumer));
    }
  }
}

}  // namespace

Result<Router*> find_router(const ShardState& shard, const MeetingId& meeting) {
  const auto it = shard.routers.find(meeting);
  if (it == shard.routers.end()) return fail(ErrorCode::kNotFound, "no such meeting");
  return it->second.get();
}

Result<Router*> open_router(ShardState& shard, const MeetingId& meeting) {
  const auto it = shard.routers.find(meeting);
  if (it != shard.routers.end()) return it->second.get();
  if (shard.routers.size() >= shard.context.config.limits.routers_max) {
    return fail(ErrorCode::kFull, "no more meetings on this server");
  }
  auto router = std::make_unique<Router>(shard.context, meeting);
  return shard.routers.emplace(meeting, std::move(router)).first->second.get();
}

// Opening an open meeting is no mistake: a signaling node that takes it over does.
CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::OpenMeeting&) {
  if (const auto router = open_router(shard, meeting); !router) {
    return std::unexpected(router.error());
  }
  return control::MeetingOpened{shard.context.capabilities};
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::CloseMeeting&) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  shard.routers.erase(meeting);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant now, const MeetingId& meeting,
                     const control::GetMeetingStats& request) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  control::MeetingStats stats;
  for (const auto& [id, transport] : (*router)->transports()) {
    // Asked for by each participant of a large meeting: what is not theirs is not looked at.
    const bool is_wanted =
        !request.participant || transport->setup().participant == *request.participant;
    if (is_wanted) add_stats(now, *transport, stats);
  }
  return stats;
}

}  // namespace confab::sfu
