// The door of a meeting: what stands between a join and a seat.
#pragma once

#include "call/core.h"

namespace confab::call {

// Showed what makes the room theirs.
bool owns(const Meeting& meeting, const Join& join);
// What they come in as, if they are let in.
Role role_at_the_door(const Meeting& meeting, const Join& join);
// True: come in. False: it was refused, has to wait, or its password is being looked at; whatever
// it is, that was answered or will be. `is_removed`: is_shut_out(), as the join came.
bool may_enter(Core& core, Meeting& meeting, const Origin& origin, const Join& join,
               bool is_removed);
// Was thrown out of this meeting, or for good. The owner never is.
bool is_shut_out(const Meeting& meeting, const Join& join);

}  // namespace confab::call
