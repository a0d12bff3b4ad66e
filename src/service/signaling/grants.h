// From a token's claims to what `call` is told of them.
#pragma once

#include <optional>

#include "base/error.h"
#include "call/events.h"
#include "platform/auth/claims.h"

namespace confab::signaling {

// Puts what the token grants into the join, or says why there is to be none. `claims`: nothing
// where no token was shown.
std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join);

}  // namespace confab::signaling
