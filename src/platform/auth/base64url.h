// RFC 4648 §5 without padding: bytes as they may stand in a URL, a header or JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace confab::auth {

std::string base64url_encode(ByteView bytes);
// Nothing for foreign characters, an impossible length, or bits set behind the last byte (two texts
// must not mean the same bytes).
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace confab::auth
