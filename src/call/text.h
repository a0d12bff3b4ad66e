// What people may be called and may write: UTF-8 without what could break a page or fool a reader,
// and with all that is in ordinary text. By Unicode properties (call/characters.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace confab::call {

inline constexpr std::size_t kNameCharsMax = 64;

// 1 to 64 characters that show something, in one line: trimmed, blanks of all kinds one space,
// without what is invisible and what turns the writing direction. Controls are refused.
Result<std::string> clean_name(std::string_view name);

inline constexpr std::size_t kTitleCharsMax = 100;

// The same for the title of a room, which may be empty.
Result<std::string> clean_title(std::string_view title);

// Trimmed, 1 to `chars_max` characters that show something. Every kind of line break becomes a line
// feed; controls and overrides of the direction are left out, since what is pasted has them. Marks
// and isolates of the direction stay: whoever shows the text isolates it.
Result<std::string> clean_chat(std::string_view text, std::size_t chars_max);

// Longer text is not looked at: ten letters, each with a dash of three bytes behind it, and more.
inline constexpr std::size_t kRoomCodeBytesMax = 64;

// "ABC defg–HIJ" -> "abc-defg-hij", whatever blanks and dashes are in it. Nothing when it cannot be
// the code of a room.
std::optional<std::string> normalize_room_code(std::string_view text);

}  // namespace confab::call
