// Sockets come and go; people stay for the grace period.
#include "call/announce.h"
#include "call/handlers/handlers.h"

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

}  // namespace

void on(Core& core, ConnectionLost event) {
  stop_waiting(core, event.connection);
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
  if (!asker || asker.participant->who.id != event.participant) return;
  await_return(core, asker, core.options.page_grace, LeaveReason::kLeft);
}

void on(Core& core, PageReturning event) {
  const Asker asker = core.asker(event.connection);
  if (!asker || asker.participant->who.id != event.participant) return;
  if (asker.participant->is_connected) return;
  await_return(core, asker, core.options.reconnect_grace, LeaveReason::kTimeout);
}

void on(Core& core, ConnectionRecovered event) {
  const Asker asker = core.asker(event.connection);
  if (!asker || asker.participant->is_connected) return;
  Participant& self = *asker.participant;
  self.is_connected = true;
  core.timers.cancel(std::exchange(self.grace_timer, 0));
  announce_connection(core, *asker.meeting, self);
}

void on(Core& core, ConnectionClosed event) {
  stop_waiting(core, event.connection);
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
