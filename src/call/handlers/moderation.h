// What the handlers of those who lead share.
#pragma once

#include "call/core.h"

namespace confab::call {

// Whom a request names; nullptr, and refused, if they are not here.
Participant* find_target(Core& core, const Origin& origin, const By& by, ParticipantId id);

}  // namespace confab::call
