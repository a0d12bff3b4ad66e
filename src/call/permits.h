// What one participant may send, hear and say: of role, token and room together.
#pragma once

#include "call/core.h"

namespace confab::call {

Permits permits_of(const RoomPermissions& room, const Participant& participant);

// Works them out anew; what is not allowed any more is closed, here and on the media plane. False
// if nothing has changed. The participant is not told.
bool refresh_permits(Core& core, Meeting& meeting, Participant& participant);
// The same for all, each of whom is told what is new.
void refresh_all_permits(Core& core, Meeting& meeting);
// Tells a participant what it is and may do now.
void tell_self(Core& core, const Meeting& meeting, const Participant& participant);

// Makes it so, remembers it in the room's register, and tells everybody.
void set_role(Core& core, Meeting& meeting, Participant& participant, Role role);
// Keeps the role for when they come back.
void remember_role(Core& core, Meeting& meeting, const Participant& participant);
// After a host has left: somebody must be able to let people in.
void promote_if_leaderless(Core& core, Meeting& meeting);

}  // namespace confab::call
