// What a participant sends: made, paused and resumed (its mute state is ours to know), closed.
#include "call/announce.h"
#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

constexpr const char* kNoSuchProducer = "you have no such producer";

// Muted by somebody else, or in a room where members do not unmute themselves.
bool must_be_muted(const Participant& self, Source source) {
  return source == Source::kMicrophone && (self.stays_muted || !self.permits.unmute);
}

}  // namespace

void on(Core& core, const Origin& origin, Asker asker, Produce request) {
  Participant& self = *asker.participant;
  const auto transport = self.transports.find(request.transport);
  if (transport == self.transports.end()) {
    return core.refuse(origin, ErrorCode::kNotFound, "you have no such transport");
  }
  if (!transport->second.is_send) {
    return core.refuse(origin, ErrorCode::kInvalidArgument, "this transport is for receiving");
  }
  if (!self.permits.media.allows(request.source)) {
    ++core.totals.requests_forbidden;
    return core.refuse(origin, ErrorCode::kForbidden, "you may not send this here");
  }
  if (must_be_muted(self, request.source)) request.paused = true;
  if (self.producers.size() + self.producers_in_flight >=
      core.options.producers_per_participant_max) {
    return core.refuse(origin, ErrorCode::kFull, "too many producers; close one first");
  }
  if (!may_announce(core, *asker.meeting, self)) {
    ++core.totals.announcements_refused;
    return core.refuse(origin, ErrorCode::kRateLimited, "too much is going on; wait a second");
  }
  ++self.producers_in_flight;
  core.ask_media(
      *asker.meeting, &self,
      control::Produce{request.transport, kind_of(request.source),
                       std::move(request.rtp_parameters), request.paused, request.source},
      Producing{origin, request.transport, request.source, request.paused});
}

void on_answer(Core& core, MediaInFlight& asked, Producing& purpose,
               Result<control::MediaResult> result) {
  const Asker asker = still_there(core, asked);
  if (asker) --asker.participant->producers_in_flight;
  if (!result) return core.refuse(purpose.origin, result.error());
  if (!asker || !asker.participant->transports.contains(purpose.transport)) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kConflict, "the transport has been closed");
  }
  const ProducerId id = std::get<control::Produced>(*result).producer;
  Participant& self = *asker.participant;
  if (!self.permits.media.allows(purpose.source) || purpose.was_stopped) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(
        purpose.origin, ErrorCode::kForbidden,
        purpose.was_stopped ? "a host has stopped this" : "you may not send this any more");
  }
  self.producers.emplace(id, Producer{purpose.transport, purpose.source, purpose.paused});
  self.producer_order.push_back(id);
  asker.meeting->published.emplace(id, Published{self.who.id, {}});
  // Muted while it was being made.
  const bool is_muted = purpose.was_muted || must_be_muted(self, purpose.source);
  if (!purpose.paused && is_muted) {
    self.producers.at(id).paused = true;
    core.ask_media(*asker.meeting, &self, control::SetProducerPaused{id, true}, Muting{id});
  }
  core.reply(purpose.origin, ProducerMade{id, self.producers.at(id).paused});
  announce(core, *asker.meeting, self, ProducerAdded{self.who, self.producer_info(id)});
  tell_books(core, *asker.meeting, Milestone::kProducerPublished, &self, LeaveReason::kLeft,
             self.producer_info(id));
}

void on(Core& core, const Origin& origin, Asker asker, SetProducerPaused request) {
  Participant& self = *asker.participant;
  const auto it = self.producers.find(request.producer);
  if (it == self.producers.end()) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchProducer);
  }
  if (!request.paused) {
    const bool is_microphone = it->second.source == Source::kMicrophone;
    if (is_microphone && !self.permits.unmute) {
      ++core.totals.requests_forbidden;
      return core.refuse(origin, ErrorCode::kForbidden, "a host must ask you to unmute first");
    }
    if (is_microphone) self.stays_muted = false;
  }
  const bool is_changed = std::exchange(it->second.paused, request.paused) != request.paused;
  core.ask_media(*asker.meeting, &self,
                 control::SetProducerPaused{request.producer, request.paused}, Relayed{origin});
  if (is_changed) announce_paused(core, *asker.meeting, self, request.producer);
}

void on(Core& core, const Origin& origin, Asker asker, CloseProducer request) {
  if (!asker.participant->producers.contains(request.producer)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchProducer);
  }
  core.tell_media(asker.meeting->id, control::CloseProducer{request.producer});
  core.reply(origin, Done{});
  remove_producer(core, *asker.meeting, *asker.participant, request.producer);
}

}  // namespace confab::call
