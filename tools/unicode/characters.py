#!/usr/bin/env python3
"""Writes src/call/character_table.cpp from the Unicode Character Database.

    tools/unicode/characters.py > src/call/character_table.cpp

reads /usr/share/unicode (Debian's package unicode-data), or the folder given as an argument. What
the kinds are for stands in src/call/characters.h; a new version of Unicode needs only another run.
"""
import re
import sys

# Shown as nothing, though no property says so: the braille pattern without dots, and a note head
# that is there to be left out.
BLANK_GLYPHS = {0x2800, 0x1D159}
# Ends a line wherever it stands (UAX #14: BK, CR, LF, NL).
LINE_BREAKS = {0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029}
OVERRIDES = {0x202D, 0x202E}
# Emoji sequences for flags are spelled with them (UTS #51).
TAGS = set(range(0xE0020, 0xE0080))
LAST = 0x10FFFF


def properties(path):
    """{property: set of code points} of a file of lines "0000..0009 ; Name"."""
    out = {}
    for line in open(path, encoding="utf-8"):
        match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)", line)
        if match:
            first, last = int(match[1], 16), int(match[2] or match[1], 16)
            out.setdefault(match[3], set()).update(range(first, last + 1))
    return out


def categories(path):
    """{code point: general category}; what is not named is unassigned."""
    out, begin = {}, None
    for line in open(path, encoding="utf-8"):
        code, name, category = line.split(";")[:3]
        at = int(code, 16)
        if name.endswith(", First>"):
            begin = at
        for each in range(begin if name.endswith(", Last>") else at, at + 1):
            out[each] = category
    return out


def kind_of(c, category, prop):
    if c in LINE_BREAKS:
        return "LineBreak"
    if c in prop["White_Space"]:
        return "Space"
    if category == "Cc":
        return "Control"
    if c in OVERRIDES:
        return "Override"
    if c in prop["Bidi_Control"]:
        return "Direction"
    if c in prop["Join_Control"] or c in prop["Variation_Selector"] or c in TAGS:
        return "Joiner"
    if c in prop["Default_Ignorable_Code_Point"] or c in prop["Noncharacter_Code_Point"] or c in BLANK_GLYPHS:
        return "Invisible"
    if category in ("Mn", "Me") or (category == "Cf" and c not in prop["Prepended_Concatenation_Mark"]):
        return "Mark"
    if c in prop["Dash"]:
        return "Dash"
    return "Shown"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
    version = re.search(r"PropList-([\d.]+)\.txt", open(f"{folder}/PropList.txt", encoding="utf-8").readline())[1]
    prop = properties(f"{folder}/PropList.txt") | properties(f"{folder}/DerivedCoreProperties.txt")
    category = categories(f"{folder}/UnicodeData.txt")
    ranges = []
    for c in range(LAST + 1):
        kind = kind_of(c, category.get(c, "Cn"), prop)
        if ranges and ranges[-1][2] == kind:
            ranges[-1][1] = c
        else:
            ranges.append([c, c, kind])
    cells = [f"{{0x{first:X}, 0x{last:X}, k{kind}}}," for first, last, kind in ranges if kind != "Shown"]
    lines = [""]
    for cell in cells:
        if len(lines[-1]) + len(cell) > 94:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + cell
    body = "\n".join("    " + line for line in lines)
    print(f"""// Made by tools/unicode/characters.py from the Unicode Character Database {version}; not to be edited.
// (c) Unicode, Inc., under the Unicode License (https://www.unicode.org/license.txt).
#include "call/characters.h"

namespace confab::call {{
namespace {{

using enum CharacterKind;

// clang-format off
constexpr CharacterRange kRanges[] = {{
{body}
}};
// clang-format on

}}  // namespace

std::span<const CharacterRange> character_ranges() {{
  return kRanges;
}}

}}  // namespace confab::call""")


main()
