// Is it UTF-8? (RFC 3629: shortest form, no surrogates, nothing above U+10FFFF)
#pragma once

#include <cstddef>
#include <string_view>

namespace confab {

bool is_utf8(std::string_view text);

// The length of the well-formed sequence that `text` begins with; 0 if there is none.
std::size_t utf8_sequence_length(std::string_view text);

}  // namespace confab
