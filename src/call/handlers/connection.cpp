// Sockets come and go; people stay for the grace period.
#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, ConnectionLost event) {
  stop_waiting(core, event.connection);
  const Asker asker = core.asker(event.connection);
  if (!asker) {
    core.connections.erase(event.connection);
    return;
  }
  Participant& self = *asker.participant;
  if (!self.is_connected) return;
  self.is_connected = false;
  self.grace_timer = core.timers.add(core.now + core.options.reconnect_grace,
                                     GraceOver{asker.meeting->code, self.who.id});
  core.notify(asker.meeting->connections_except(&self), ConnectionChanged{self.who, false});
}

void on(Core& core, ConnectionRecovered event) {
  const Asker asker = core.asker(event.connection);
  if (!asker || asker.participant->is_connected) return;
  Participant& self = *asker.participant;
  self.is_connected = true;
  core.timers.cancel(std::exchange(self.grace_timer, 0));
  core.notify(asker.meeting->connections_except(&self), ConnectionChanged{self.who, true});
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
  remove_participant(core, *meeting, timer.participant, LeaveReason::kTimeout);
}

void on(Core& core, ServerStopping event) {
  for (const auto& [code, meeting] : core.meetings) {
    core.notify(meeting->connections_except(nullptr), ServerRestarting{event.reconnect_in});
  }
}

}  // namespace confab::call
