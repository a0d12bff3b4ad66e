// The body of POST /api/tokens: what the token shall say. Claims by their own names, and for the
// common case `room` and `identity` in their place.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "platform/auth/claims.h"

namespace confab::access {

// Where nothing is said: LiveKit's.
inline constexpr std::int64_t kTokenLifetimeS = std::int64_t{6} * 3600;

// With an id and times; the error names the field.
Result<auth::Claims> read_token_request(std::string_view body, std::int64_t now_s, Random& random);

}  // namespace confab::access
