// From a token's claims to what `call` is told of them.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "call/events.h"
#include "platform/auth/claims.h"

namespace confab::signaling {

// Whom a token was made out to, by which issuer: another may call somebody else the same. Empty
// where it does not say.
std::string identity_of(const auth::Claims& claims);

// Puts what the token grants into the join, or says why there is to be none. `claims`: nothing
// where no token was shown.
std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join);

}  // namespace confab::signaling
