// Base64 as Engine.IO uses it for binary packets in polling bodies (RFC 4648 §4, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace confab::engineio {

std::string base64_encode(std::string_view data);
// Padding may be left out, as browsers' atob allows; anything else that is not base64 is refused.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace confab::engineio
