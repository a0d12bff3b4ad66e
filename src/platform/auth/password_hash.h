// Passwords as they are kept: Argon2id (RFC 9106) in its encoded form, which names its own
// parameters. Slow on purpose: 20 ms and 19 MB each (the least of OWASP's recommendations), so
// never on a loop's thread: see password_worker.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/random.h"

namespace confab::auth {

inline constexpr std::size_t kPasswordBytesMax = 512;  // of a room: 128 characters of four bytes
// Of anything that is hashed: an account's may be longer.
inline constexpr std::size_t kHashedBytesMax = 1024;

// kTooLarge for one that is longer; kUnavailable where there is no memory for it.
Result<std::string> hash_password(std::string_view password, Random& random);
// False also for a hash that is not one, or asks for more work than we would.
bool is_password(std::string_view password, const std::string& hash);

}  // namespace confab::auth
