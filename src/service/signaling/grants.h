// From a token's claims to what `call` is told of them.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/net.h"
#include "call/events.h"
#include "platform/auth/claims.h"
#include "platform/auth/jwt.h"
#include "platform/http/message.h"

namespace confab::signaling {

// Whom a token was made out to, by which issuer: another may call somebody else the same. Empty
// where it does not say.
std::string identity_of(const auth::Claims& claims);

// What a token that somebody shows says, once it was checked.
using TokenCheck =
    std::function<std::expected<auth::Claims, auth::Refusal>(std::string_view token)>;

// Whether a token that was good was revoked since. Of it are there iss, jti and azp.
using TokenEnd = std::function<bool(const auth::Claims& claims)>;

// Who is signed in, by what a browser shows with its requests.
struct SignedIn {
  std::string identity;  // as a grant has it
  std::string name;
};
struct AccountCheck {
  // The secret of the session that a page of ours shows; empty for none.
  std::function<std::string(const http::Request& request)> read;
  // Nothing for a session that is over. `from`: who shows it; nothing where we ask by ourselves.
  using Answer = std::move_only_function<void(Result<std::optional<SignedIn>> who)>;
  std::function<void(const std::string& secret, std::optional<IpAddress> from, Answer answer)> find;
  // Lets somebody through to a room of theirs by REST; kRateLimited where they ask too often.
  std::function<Result<void>(const SignedIn& who, const http::Request& request,
                             const std::string& room_id)>
      let_through;
};

Error error_of(auth::Refusal refusal);

// What the token of a connection says now: a socket stays open for hours, in which it may end or be
// revoked. Nothing where none was shown (empty).
Result<std::optional<auth::Claims>> claims_now(std::string_view token, const TokenCheck& check);

// Puts what the token grants into the join, or says why there is to be none. `claims`: nothing
// where no token was shown.
std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join);
// The same for who is signed in: an identity, and what everybody may.
void take_account(const SignedIn& who, call::Join& join);

}  // namespace confab::signaling
