// Who may do what, for those who have a transport here; of the others the media plane knows above
// us.
#include <vector>

#include "sfu/commands/commands.h"

namespace confab::sfu {
namespace {

std::vector<WebRtcTransport*> transports_of(const Router& router, const ParticipantId& id) {
  std::vector<WebRtcTransport*> out;
  for (const auto& [transport_id, transport] : router.transports()) {
    if (transport->setup().participant == id) out.push_back(transport.get());
  }
  return out;
}

void close_forbidden(Router& router, const PublishingSide& side, const control::Permits& permits,
                     control::PermitsSet& closed) {
  for (const auto& producer : side.producers()) {
    if (!producer || permits.allows(producer->kind(), producer->shows())) continue;
    closed.producers.push_back(producer->id());
    router.remove_producer(*producer);
  }
}

void close_all(Router& router, const SubscribingSide& side, control::PermitsSet& closed) {
  std::vector<Consumer*> consumers;
  for (const auto& [id, consumer] : side.consumers()) consumers.push_back(consumer.get());
  for (Consumer* consumer : consumers) {
    closed.consumers.push_back(consumer->id());
    router.remove_consumer(*consumer);
  }
}

}  // namespace

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::Admit& request) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  (*router)->set_permits(request.participant, request.permits);
  return control::Done{};
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::SetPermits& request) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  (*router)->set_permits(request.participant, request.permits);
  control::PermitsSet closed;
  for (WebRtcTransport* transport : transports_of(**router, request.participant)) {
    if (const PublishingSide* side = transport->publishing()) {
      close_forbidden(**router, *side, request.permits, closed);
    }
    const SubscribingSide* side = transport->subscribing();
    if (side != nullptr && !request.permits.can_subscribe) close_all(**router, *side, closed);
  }
  return closed;
}

CommandResult handle(ShardState& shard, Instant, const MeetingId& meeting,
                     const control::Dismiss& request) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  for (WebRtcTransport* transport : transports_of(**router, request.participant)) {
    transport->close("dismissed");
  }
  return control::Done{};
}

}  // namespace confab::sfu
