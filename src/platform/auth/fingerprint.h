// What is kept of a secret of many random bits instead of it: its SHA-256, in base64url. For
// passwords that people choose see password_hash.h.
#pragma once

#include <string>
#include <string_view>

namespace confab::auth {

std::string fingerprint(std::string_view secret);

}  // namespace confab::auth
