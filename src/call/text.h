// What people may be called and may write: UTF-8 without what could break a page or fool a reader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace confab::call {

inline constexpr std::size_t kNameCharsMax = 64;

// Trimmed, 1 to 64 characters, no control characters, no overrides of the writing direction.
Result<std::string> clean_name(std::string_view name);

// Trimmed, 1 to `chars_max` characters; line feeds and tabs are kept, other controls refused.
Result<std::string> clean_chat(std::string_view text, std::size_t chars_max);

// "ABC defg-HIJ" -> "abc-defg-hij". Nothing when it cannot be the code of a room.
std::optional<std::string> normalize_room_code(std::string_view text);

}  // namespace confab::call
