// Sockets come and go; people stay for the grace period.
#include <algorithm>

#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/lobby.h"

namespace confab::call {
namespace {

// The others are told once that it is away; a later word only changes for how long.
void await_return(Core& core, Asker asker, Duration grace, LeaveReason reason) {
  Participant& self = *asker.participant;
  core.timers.cancel(self.grace_timer);
  self.grace_timer =
      core.timers.add(core.now + grace, GraceOver{asker.meeting->code, self.who.id, reason});
  if (!std::exchange(self.is_connected, false)) return;
  announce_connection(core, *asker.meeting, self);
}

// Who closes its page before its first join is answered has no id to say.
bool is_by(const PageClosing& event, Meeting& meeting, const Participant& self) {
  if (event.participant.is_set()) return event.participant == self.who.id;
  return meeting.find_attempt(event.attempt) == &self;
}

// For the room, with the join that `event` names?
bool is_waiting(Core& core, const PageClosing& event) {
  const auto it = core.connections.find(event.connection);
  if (it == core.connections.end() || event.attempt.size() < kAttemptCharsMin) return false;
  const Meeting* meeting = core.meeting(it->second.code);
  if (meeting == nullptr) return false;
  const auto is_named = [&](const WaitingJoin& each) {
    return each.origin.connection == event.connection && !each.join.resume &&
           each.join.attempt == event.attempt;
  };
  return std::ranges::any_of(meeting->waiting, is_named) ||
         std::ranges::any_of(meeting->checking, is_named, &CheckingJoin::waiting);
}

}  // namespace

void on(Core& core, ConnectionLost event) {
  stop_waiting(core, event.connection);
  if (lose_waiting(core, event.connection)) return;
  const Asker asker = core.asker(event.connection);
  if (!asker) {
    core.connections.erase(event.connection);
    return;
  }
  // Its page has said already that it goes away.
  if (!asker.participant->is_connected) return;
  await_return(core, asker, core.options.reconnect_grace, LeaveReason::kTimeout);
}

void on(Core& core, PageClosing event) {
  const Asker asker = core.asker(event.connection);
  if (asker && is_by(event, *asker.meeting, *asker.participant)) {
    await_return(core, asker, core.options.page_grace, LeaveReason::kLeft);
  } else if (!asker && is_waiting(core, event)) {
    stop_waiting(core, event.connection);
  }
}

void on(Core& core, PageReturning event) {
  const Asker asker = core.asker(event.connection);
  if (!asker || asker.participant->who.id != event.participant) return;
  if (asker.participant->is_connected) return;
  await_return(core, asker, core.options.reconnect_grace, LeaveReason::kTimeout);
}

void on(Core& core, ConnectionRecovered event) {
  if (recover_waiting(core, event.connection)) return;
  const Asker asker = core.asker(event.connection);
  if (!asker || asker.participant->is_connected) return;
  Participant& self = *asker.participant;
  self.is_connected = true;
  core.timers.cancel(std::exchange(self.grace_timer, 0));
  announce_connection(core, *asker.meeting, self);
}

void on(Core& core, ConnectionClosed event) {
  stop_waiting(core, event.connection);
  give_up_waiting(core, event.connection);
  if (const Asker asker = core.asker(event.connection)) {
    remove_participant(core, *asker.meeting, asker.participant->who.id, LeaveReason::kLeft);
  }
  core.connections.erase(event.connection);
}

void on(Core& core, GraceOver timer) {
  Meeting* meeting = core.meeting(timer.code);
  if (!meeting || !meeting->find(timer.participant)) return;
  remove_participant(core, *meeting, timer.participant, timer.reason);
}

void on(Core& core, ServerStopping event) {
  for (const auto& [code, meeting] : core.meetings) {
    core.notify(meeting->connections_except(nullptr), ServerRestarting{event.reconnect_in});
  }
}

}  // namespace confab::call
