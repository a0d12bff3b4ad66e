// What a participant receives: made paused, resumed when its side is ready, closed.
#include <algorithm>

#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

constexpr const char* kNoSuchConsumer = "you have no such consumer";
constexpr const char* kNoSuchProducer = "there is no such producer in this meeting";
constexpr const char* kNotTold = "the media plane is overloaded; try again";
constexpr const char* kMayNotReceive = "your token does not let you receive media";
constexpr const char* kTooOften = "you consume this producer several times; close one first";

// What is carried out before the consume that needs it, unless the media plane knows it.
void tell_capabilities(Core& core, const Asker& asker, const TransportId& id,
                       Transport& transport) {
  const Participant& self = *asker.participant;
  if (transport.told_capabilities == self.capabilities_hash) return;
  transport.told_capabilities = self.capabilities_hash;
  core.ask_media(*asker.meeting, &self,
                 control::PutCapabilities{id, self.capabilities_hash, *self.rtp_capabilities},
                 PuttingCapabilities{id, self.capabilities_hash});
}

bool consumes_too_often(const Core& core, const Participant& self, ProducerId producer) {
  const auto times = std::ranges::count_if(
      self.consumers, [&](const auto& entry) { return entry.second.producer == producer; });
  return times >= core.options.consumers_per_producer_max;
}

}  // namespace

void on(Core& core, const Origin& origin, Asker asker, Consume request) {
  Participant& self = *asker.participant;
  if (request.rtp_capabilities) {
    learn_capabilities(core, self, *request.rtp_capabilities);
  }
  if (!self.permits.media.can_subscribe) {
    ++core.totals.requests_forbidden;
    return core.refuse(origin, ErrorCode::kForbidden, kMayNotReceive);
  }
  const auto transport = self.transports.find(request.transport);
  if (transport == self.transports.end()) {
    return core.refuse(origin, ErrorCode::kNotFound, "you have no such transport");
  }
  if (transport->second.is_send) {
    return core.refuse(origin, ErrorCode::kInvalidArgument, "this transport is for sending");
  }
  if (!asker.meeting->publisher_of(request.producer)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchProducer);
  }
  if (!self.rtp_capabilities) {
    return core.refuse(origin, ErrorCode::kInvalidArgument,
                       "rtpCapabilities are needed with the first consume");
  }
  if (self.consumers.size() >= limits::kConsumersPerTransport) {
    return core.refuse(origin, ErrorCode::kFull, "too many consumers; close one first");
  }
  if (consumes_too_often(core, self, request.producer)) {
    return core.refuse(origin, ErrorCode::kFull, kTooOften);
  }
  tell_capabilities(core, asker, request.transport, transport->second);
  core.ask_media(
      *asker.meeting, &self,
      control::Consume{request.transport, request.producer, self.capabilities_hash, true},
      Consuming{origin, request.transport});
}

// Who waits for it learns from the answers to what was asked after it.
void on_answer(Core& core, MediaInFlight& asked, PuttingCapabilities& purpose,
               Result<control::MediaResult> result) {
  if (result) return;
  const Asker asker = still_there(core, asked);
  if (!asker) return;
  const auto transport = asker.participant->transports.find(purpose.transport);
  if (transport == asker.participant->transports.end()) return;
  // The next consume tells it again.
  auto& told = transport->second.told_capabilities;
  if (told == purpose.hash) told.reset();
}

void on_answer(Core& core, MediaInFlight& asked, Consuming& purpose,
               Result<control::MediaResult> result) {
  if (!result && result.error().code == ErrorCode::kConflict) {
    // The capabilities before it were refused, for want of room.
    return core.refuse(purpose.origin, ErrorCode::kUnavailable, kNotTold);
  }
  if (!result) return core.refuse(purpose.origin, result.error());
  const Asker asker = still_there(core, asked);
  if (!asker || !asker.participant->transports.contains(purpose.transport)) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kConflict, "the transport has been closed");
  }
  if (!asker.participant->permits.media.can_subscribe) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kForbidden, kMayNotReceive);
  }
  auto& made = std::get<control::Consumed>(*result);
  const Participant* publisher = asker.meeting->publisher_of(made.producer);
  if (!publisher) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kNotFound, kNoSuchProducer);
  }
  // Asked for again while the first were on their way.
  if (consumes_too_often(core, *asker.participant, made.producer)) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kFull, kTooOften);
  }
  asker.meeting->add_consumer(*asker.participant, made.consumer,
                              {purpose.transport, made.producer, made.paused});
  const Producer& producer = publisher->producers.at(made.producer);
  made.producer_paused = producer.paused;
  core.reply(purpose.origin,
             ConsumerMade{asker.meeting->code, std::move(made), publisher->who, producer.source});
}

void on(Core& core, const Origin& origin, Asker asker, SetConsumerPaused request) {
  const auto it = asker.participant->consumers.find(request.consumer);
  if (it == asker.participant->consumers.end()) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchConsumer);
  }
  it->second.paused = request.paused;
  core.ask_media(*asker.meeting, asker.participant,
                 control::SetConsumerPaused{request.consumer, request.paused}, Relayed{origin});
}

void on(Core& core, const Origin& origin, Asker asker, SetPreferredLayers request) {
  if (!asker.participant->consumers.contains(request.consumer)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchConsumer);
  }
  core.ask_media(*asker.meeting, asker.participant,
                 control::SetPreferredLayers{request.consumer, request.spatial, request.temporal,
                                             request.priority},
                 Relayed{origin});
}

void on(Core& core, const Origin& origin, Asker asker, GetStats) {
  core.ask_media(*asker.meeting, asker.participant,
                 control::GetMeetingStats{asker.participant->who.id},
                 Relayed{origin, asker.participant->who.id});
}

void on(Core& core, const Origin& origin, Asker asker, CloseConsumer request) {
  if (!asker.participant->consumers.contains(request.consumer)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchConsumer);
  }
  core.tell_media(asker.meeting->id, control::CloseConsumer{request.consumer});
  asker.meeting->remove_consumer(*asker.participant, request.consumer);
  core.reply(origin, Done{});
}

}  // namespace confab::call
