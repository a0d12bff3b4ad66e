// The two paths a participant's media takes: made, connected, restarted, closed.
#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

constexpr const char* kNoSuchTransport = "you have no such transport";

}  // namespace

void on(Core& core, const Origin& origin, Asker asker, CreateTransport request) {
  Participant& self = *asker.participant;
  if (asker.meeting->phase != MeetingPhase::kOpen) {
    return core.refuse(origin, ErrorCode::kUnavailable, "media is being set up anew; try again");
  }
  if (self.transports.size() + self.transports_in_flight >=
      core.options.transports_per_participant_max) {
    return core.refuse(origin, ErrorCode::kFull, "too many transports; close one first");
  }
  ++self.transports_in_flight;
  core.ask_media(*asker.meeting, &self, control::CreateTransport{self.who.id, request.direction},
                 MakingTransport{origin, request.direction == control::TransportDirection::kSend});
}

void on_answer(Core& core, MediaInFlight& asked, MakingTransport& purpose,
               Result<control::MediaResult> result) {
  const Asker asker = still_there(core, asked);
  if (asker) --asker.participant->transports_in_flight;
  if (!result) return core.refuse(purpose.origin, result.error());
  if (!asker) {
    discard_result(core, asked.meeting, *result);
    return core.refuse(purpose.origin, ErrorCode::kConflict, "the participant has left");
  }
  auto& made = std::get<control::TransportCreated>(*result);
  add_transport(*asker.meeting, *asker.participant, made.transport, purpose.is_send);
  core.reply(purpose.origin, std::move(made));
}

void on(Core& core, const Origin& origin, Asker asker, ConnectTransport request) {
  const auto it = asker.participant->transports.find(request.transport);
  if (it == asker.participant->transports.end()) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchTransport);
  }
  if (std::exchange(it->second.is_connected, true)) {
    return core.refuse(origin, ErrorCode::kConflict, "this transport is connected already");
  }
  core.ask_media(*asker.meeting, asker.participant,
                 control::ConnectTransport{request.transport, std::move(request.dtls)},
                 ConnectingTransport{origin, request.transport});
}

void on_answer(Core& core, MediaInFlight& asked, ConnectingTransport& purpose,
               Result<control::MediaResult> result) {
  if (result) return core.reply(purpose.origin, Done{});
  // It may be tried again.
  if (const Asker asker = still_there(core, asked)) {
    const auto it = asker.participant->transports.find(purpose.transport);
    if (it != asker.participant->transports.end()) it->second.is_connected = false;
  }
  core.refuse(purpose.origin, result.error());
}

void on(Core& core, const Origin& origin, Asker asker, RestartIce request) {
  if (!asker.participant->transports.contains(request.transport)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchTransport);
  }
  core.ask_media(*asker.meeting, asker.participant, control::RestartIce{request.transport},
                 Relayed{origin});
}

void on(Core& core, const Origin& origin, Asker asker, CloseTransport request) {
  if (!asker.participant->transports.contains(request.transport)) {
    return core.refuse(origin, ErrorCode::kNotFound, kNoSuchTransport);
  }
  core.tell_media(asker.meeting->id, control::CloseTransport{request.transport});
  core.reply(origin, Done{});
  remove_transport(core, *asker.meeting, *asker.participant, request.transport);
}

}  // namespace confab::call
