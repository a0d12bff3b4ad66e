#include "call/characters.h"

#include <algorithm>

#include "base/utf8.h"

namespace confab::call {

CharacterKind kind_of(char32_t c) {
  const auto ranges = character_ranges();
  const auto after = std::ranges::upper_bound(ranges, c, {}, &CharacterRange::first);
  if (after == ranges.begin()) return CharacterKind::kShown;
  const CharacterRange& range = *(after - 1);
  return c <= range.last ? range.kind : CharacterKind::kShown;
}

Character first_character(std::string_view text) {
  const std::size_t bytes = utf8_sequence_length(text);
  if (bytes == 0) return {};
  const auto first = static_cast<std::uint8_t>(text[0]);
  char32_t code = bytes == 1 ? first : first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    code = (code << 6) | (static_cast<std::uint8_t>(text[i]) & 0x3Fu);
  }
  return {code, kind_of(code), bytes};
}

}  // namespace confab::call
