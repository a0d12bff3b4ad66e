// From a token's claims to what `call` is told of them.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "call/events.h"
#include "platform/auth/claims.h"
#include "platform/auth/jwt.h"

namespace confab::signaling {

// Whom a token was made out to, by which issuer: another may call somebody else the same. Empty
// where it does not say.
std::string identity_of(const auth::Claims& claims);

// What a token that somebody shows says, once it was checked.
using TokenCheck =
    std::function<std::expected<auth::Claims, auth::Refusal>(std::string_view token)>;

Error error_of(auth::Refusal refusal);

// What the token of a connection says now: a socket stays open for hours, in which it may end or be
// revoked. Nothing where none was shown (empty).
Result<std::optional<auth::Claims>> claims_now(std::string_view token, const TokenCheck& check);

// Puts what the token grants into the join, or says why there is to be none. `claims`: nothing
// where no token was shown.
std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join);

}  // namespace confab::signaling
