// What a code point is in a name, a line of chat or a typed room code, by its Unicode properties.
// The table is made by tools/unicode/characters.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace confab::call {

enum class CharacterKind : std::uint8_t {
  kShown,      // everything below is not; a code point that Unicode does not know yet is
  kDash,       // shown, and a dash of some kind
  kMark,       // seen only with what it stands at: accents, enclosing signs
  kSpace,      // blank, within a line
  kLineBreak,  // ends a line: line feed, NEL, U+2028 and the like
  kControl,    // the other C0 and C1 controls
  kDirection,  // marks, isolates and embeddings of the writing direction
  kOverride,   // turns letters around, whatever they are: U+202D, U+202E
  kJoiner,     // changes how its neighbours look: joiners, variation selectors, emoji tags
  kInvisible,  // shown as nothing: Default_Ignorable_Code_Point, and blank glyphs such as U+2800
};

struct CharacterRange {
  char32_t first;
  char32_t last;
  CharacterKind kind;
};
// In order, without what is kShown.
std::span<const CharacterRange> character_ranges();

CharacterKind kind_of(char32_t c);

struct Character {
  char32_t code = 0;
  CharacterKind kind = CharacterKind::kShown;
  std::size_t bytes = 0;  // 0: the text is broken here, or at its end
};
// The one that `text` begins with.
Character first_character(std::string_view text);

}  // namespace confab::call
