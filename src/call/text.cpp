#include "call/text.h"

#include <cstdint>

#include "base/utf8.h"

namespace confab::call {
namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

// The code point at `at`, which moves behind it; kBad where there is none.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const std::size_t length = utf8_sequence_length(text.substr(at));
  if (length == 0) return kBad;
  const auto first = static_cast<std::uint8_t>(text[at]);
  char32_t c = length == 1 ? first : first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    c = (c << 6) | (static_cast<std::uint8_t>(text[at + i]) & 0x3Fu);
  }
  at += length;
  return c;
}

bool is_control(char32_t c) {
  const bool is_c0_or_c1 = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool is_line_separator = c == 0x2028 || c == 0x2029;
  // Overrides and isolates can make a name read as another (Unicode TR 36 §2.10).
  const bool turns_direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return is_c0_or_c1 || is_line_separator || turns_direction;
}

// Seen as nothing: spaces of all kinds and characters without width.
bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0xAD || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         (c >= 0x205F && c <= 0x2064) || c == 0x3000 || c == 0xFEFF;
}

struct Measured {
  std::string_view trimmed;
  std::size_t chars = 0;
};

// Trims, counts code points, refuses bad UTF-8 and controls (line feeds and tabs inside if asked).
Result<Measured> measure(std::string_view text, std::string_view what, bool allow_lines) {
  std::size_t begin = text.size();
  std::size_t end = 0;
  std::size_t chars_at_begin = 0;
  std::size_t chars_at_end = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    const bool is_line = c == '\n' || c == '\t' || c == '\r';
    if (c == kBad || (is_control(c) && !(is_line && allow_lines))) {
      return fail(ErrorCode::kInvalidArgument,
                  std::string(what) + ": control characters and broken text are not allowed");
    }
    ++count;
    if (is_blank(c)) continue;
    if (begin > start) {
      begin = start;
      chars_at_begin = count - 1;
    }
    end = at;
    chars_at_end = count;
  }
  if (end == 0) return fail(ErrorCode::kInvalidArgument, std::string(what) + ": is empty");
  return Measured{text.substr(begin, end - begin), chars_at_end - chars_at_begin};
}

}  // namespace

Result<std::string> clean_name(std::string_view name) {
  const auto measured = measure(name, "name", false);
  if (!measured) return std::unexpected(measured.error());
  if (measured->chars > kNameCharsMax) {
    return fail(ErrorCode::kInvalidArgument, "name: longer than 64 characters");
  }
  return std::string(measured->trimmed);
}

Result<std::string> clean_chat(std::string_view text, std::size_t chars_max) {
  const auto measured = measure(text, "text", true);
  if (!measured) return std::unexpected(measured.error());
  if (measured->chars > chars_max) {
    return fail(ErrorCode::kTooLarge,
                "text: longer than " + std::to_string(chars_max) + " characters");
  }
  return std::string(measured->trimmed);
}

std::optional<std::string> normalize_room_code(std::string_view text) {
  constexpr std::size_t kLetters = 10;
  if (text.size() > 2 * kLetters) return std::nullopt;
  std::string out;
  std::size_t letters = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (!is_upper && (c < 'a' || c > 'z')) return std::nullopt;
    if (letters == 3 || letters == 7) out += '-';
    out += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    ++letters;
  }
  if (letters != kLetters) return std::nullopt;
  return out;
}

}  // namespace confab::call
