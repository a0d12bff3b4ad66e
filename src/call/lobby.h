// Who waits to be let in.
//
//   knock ─▶ waiting ──admit──▶ admitted ──join with the knock──▶ in the meeting
//              │  └──deny, leave, 30 s without a connection──▶ gone
//              └──the lobby is turned off: as admit
#pragma once

#include "call/core.h"

namespace confab::call {

// The place that a join shows the knock of, or that its connection has; nullptr for none.
LobbyPlace* place_of(Core& core, Meeting& meeting, const Origin& origin, const Join& join);
// Gives a join a place, or the one it had; answers it. What can not wait is refused.
void wait_in_lobby(Core& core, Meeting& meeting, const Origin& origin, const Join& join);
// Tells who waits that they may come.
void admit_place(Core& core, Meeting& meeting, LobbyPlace& place);
// Who waits is told that they may not come, also when they come back to ask.
void deny_place(Core& core, Meeting& meeting, const LobbyPlace& place);
bool was_denied(const Core& core, const Meeting& meeting, const Join& join);
// The place goes; who may let people in are told.
void leave_lobby(Core& core, Meeting& meeting, WaitingId waiting, LobbyOutcome outcome);
// The place of an admitted one who comes in.
void take_from_lobby(Core& core, Meeting& meeting, WaitingId waiting);
// Its connection is lost and may come back; false for one that waits nowhere.
bool lose_waiting(Core& core, ConnectionId connection);
bool recover_waiting(Core& core, ConnectionId connection);
// It does not wait any more; false for one that waits nowhere.
bool give_up_waiting(Core& core, ConnectionId connection);
// To those who may let people in.
void tell_leaders(Core& core, Meeting& meeting, Notice notice);

}  // namespace confab::call
