// How a meeting opens: the store knows the room, the media plane gives a router, those who wait are
// let in.
#include "call/announce.h"
#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

void open(Core& core, Meeting& meeting, ortc::RtpCapabilities router_capabilities) {
  const bool is_again = meeting.phase == MeetingPhase::kReopening;
  if (!is_again) meeting.since_ms = core.unix_ms;
  meeting.phase = MeetingPhase::kOpen;
  meeting.router_capabilities = std::move(router_capabilities);
  core.log.write(
      LogLevel::kInfo, "meeting_open",
      {{"meeting", meeting.id.to_string()}, {"again", is_again}, {"trace", core.trace.trace_id()}});
  if (!is_again) tell_books(core, meeting, Milestone::kMeetingStarted, nullptr);
  if (is_again) {
    for (const auto& [id, participant] : meeting.participants) {
      admit_to_media(core, meeting, *participant);
    }
    core.notify(meeting.connections_except(nullptr),
                MediaLost{meeting.lost_reason, meeting.router_capabilities});
  }
  for (WaitingJoin& waiting : std::exchange(meeting.waiting, {})) {
    admit(core, meeting, waiting.origin, std::move(waiting.join));
  }
  close_if_empty(core, meeting);
}

}  // namespace

void on(Core& core, RoomLoaded event) {
  Meeting* meeting = core.meeting(event.code);
  if (!meeting || meeting->phase != MeetingPhase::kLoading) return;
  core.timers.cancel(std::exchange(meeting->timer, 0));
  if (!event.room) return abandon_meeting(core, *meeting, event.room.error());
  if (!*event.room) {
    return abandon_meeting(core, *meeting, {ErrorCode::kNotFound, "there is no such room"});
  }
  Room& room = **event.room;
  meeting->room = room.id;
  for (const ChatMessage& message : room.chat) {
    // Deleted while the store was reading.
    if (meeting->chat.was_removed(message.id)) continue;
    meeting->chat.add(message, core.options.chat_history);
  }
  for (const TokenIssue& issue : room.tokens) meeting->tokens.remember(issue);
  meeting->settings = std::move(meeting->changed_settings).value_or(std::move(room.settings));
  meeting->changed_settings.reset();
  meeting->host_key_hash = std::move(room.host_key_hash);
  meeting->owner_identity = std::move(room.owner);
  for (RegisterEntry& entry : room.people) meeting->people.remember(std::move(entry));
  meeting->phase = MeetingPhase::kOpening;
  if (!meeting->waiting.empty()) core.trace = meeting->waiting.front().origin.trace;
  open_router(core, *meeting);
}

void on(Core& core, StoreLate timer) {
  Meeting* meeting = core.meeting(timer.code);
  if (!meeting || meeting->phase != MeetingPhase::kLoading) return;
  meeting->timer = 0;
  abandon_meeting(core, *meeting, {ErrorCode::kTimeout, "the database did not answer in time"});
}

void on_answer(Core& core, MediaInFlight& asked, OpeningRouter&,
               Result<control::MediaResult> result) {
  Meeting* meeting = core.meeting(asked.meeting);
  if (!meeting) return;  // everybody left meanwhile; it was told to close then
  if (result) {
    auto& opened = std::get<control::MeetingOpened>(*result);
    return open(core, *meeting, std::move(opened.router_capabilities));
  }
  const bool may_retry = meeting->phase == MeetingPhase::kReopening &&
                         ++meeting->reopen_attempts < core.options.reopen_attempts;
  if (!may_retry) return abandon_meeting(core, *meeting, result.error());
  meeting->timer = core.timers.add(core.now + core.options.reopen_interval,
                                   ReopenDue{meeting->code, meeting->id});
}

void on(Core& core, ReopenDue timer) {
  Meeting* meeting = core.meeting(timer.meeting);
  if (!meeting || meeting->phase != MeetingPhase::kReopening) return;
  meeting->timer = 0;
  // An answer that came too late may have left one open.
  core.tell_media(meeting->id, control::CloseMeeting{});
  open_router(core, *meeting);
}

}  // namespace confab::call
