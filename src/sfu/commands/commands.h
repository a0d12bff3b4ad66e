// What signaling may ask of a shard: one function for each kind of request. Each checks that what
// it is given exists, belongs to the meeting and is allowed; what it refuses it has not begun.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "control/media.h"
#include "sfu/router.h"
#include "sfu/shard_context.h"

namespace confab::sfu {

struct ShardState {
  ShardContext& context;
  std::unordered_map<MeetingId, std::unique_ptr<Router>> routers;
};

using CommandResult = Result<control::MediaResult>;

// The meeting's router, or kNotFound.
Result<Router*> find_router(const ShardState& shard, const MeetingId& meeting);
// The same, made if there is none.
Result<Router*> open_router(ShardState& shard, const MeetingId& meeting);

CommandResult handle(ShardState&, Instant, const MeetingId&, const control::OpenMeeting&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::CloseMeeting&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::GetMeetingStats&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::CreateTransport&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::ConnectTransport&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::RestartIce&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::CloseTransport&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::Produce&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::SetProducerPaused&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::CloseProducer&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::PutCapabilities&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::Consume&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::SetConsumerPaused&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::SetPreferredLayers&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::RequestKeyFrame&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::CloseConsumer&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::Admit&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::SetPermits&);
CommandResult handle(ShardState&, Instant, const MeetingId&, const control::Dismiss&);

// Something of the meeting by its id, or kNotFound naming `what`.
template <typename Thing, typename Id>
Result<Thing*> find_in(const ShardState& shard, const MeetingId& meeting, const Id& id,
                       std::string_view what) {
  const auto router = find_router(shard, meeting);
  if (!router) return std::unexpected(router.error());
  Thing* thing = (*router)->find(id);
  if (thing == nullptr) return fail(ErrorCode::kNotFound, "no such " + std::string(what));
  return thing;
}

}  // namespace confab::sfu
