// What a delivery is made of: the signature, and when it is tried again. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/random.h"

namespace confab::webhooks {

// "whsec_" and 32 bytes in base64, as the Standard Webhooks specification has them.
std::string make_secret(Random& random);
// HMAC-SHA256 over "id.timestamp.body", as the header webhook-signature has it: "v1,<base64>".
// Nothing if the secret is none of ours.
std::optional<std::string> signature(std::string_view secret, std::string_view id,
                                     std::int64_t timestamp_s, std::string_view body);

// Attempts of one delivery; the last one some eight hours after the first.
inline constexpr std::int64_t kAttemptsMax = 15;
// After so many attempts: 5 s, then twice as long each time, up to an hour, and up to a fifth more
// or less, so that what failed together does not come back together.
std::int64_t wait_after_ms(std::int64_t attempts, Random& random);

// "2xx" is taken. Anything else is not, redirects among them: they are not followed.
constexpr bool is_taken(unsigned status) {
  return status >= 200 && status < 300;
}

}  // namespace confab::webhooks
