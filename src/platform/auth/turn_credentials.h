// Short-lived TURN passwords, as coturn's static-auth-secret checks them: the user name is when it
// ends (seconds since 1970) and for whom, the password its HMAC-SHA1 in base64
// (draft-uberti-behave-turn-rest-00 §2.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace confab::auth {

struct TurnCredentials {
  std::string username;
  std::string credential;
};

TurnCredentials turn_credentials(std::string_view secret, std::string_view whom,
                                 std::int64_t expires_at_s);

}  // namespace confab::auth
