#include "call/text.h"

#include <utility>

#include "call/characters.h"

namespace confab::call {
namespace {

using enum CharacterKind;

bool shows_something(CharacterKind kind) {
  return kind == kShown || kind == kDash;
}

std::unexpected<Error> refuse(std::string_view what, std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, std::string(what) + ": " + std::string(why));
}

// Text that is taken over character by character.
struct Cleaned {
  std::string text;
  std::size_t chars = 0;
  bool is_seen = false;
  // Up to the last one that is not blank.
  std::size_t trimmed_bytes = 0;
  std::size_t trimmed_chars = 0;

  void add(std::string_view bytes, CharacterKind kind) {
    text += bytes;
    ++chars;
    trimmed_bytes = text.size();
    trimmed_chars = chars;
    is_seen |= shows_something(kind);
  }
  // Not at the beginning.
  void add_blank(std::string_view bytes) {
    if (text.empty()) return;
    text += bytes;
    ++chars;
  }
  bool is_at_blank() const { return text.empty() || text.size() > trimmed_bytes; }
  std::string trimmed() && {
    text.resize(trimmed_bytes);
    return std::move(text);
  }
};

// Adds one character of a name; false for one that may not be in it.
bool add_to_name(Cleaned& name, CharacterKind kind, std::string_view bytes) {
  switch (kind) {
    case kShown:
    case kDash:
    case kMark:
      name.add(bytes, kind);
      return true;
    case kSpace:
    case kLineBreak:
      if (!name.is_at_blank()) name.add_blank(" ");
      return true;
    case kJoiner:
      if (!name.is_at_blank()) name.add(bytes, kind);
      return true;
    case kDirection:
    case kOverride:
    case kInvisible:
      return true;
    case kControl:
      return false;
  }
  return false;
}

// Adds one character of a message.
void add_to_chat(Cleaned& chat, CharacterKind kind, std::string_view bytes) {
  switch (kind) {
    case kShown:
    case kDash:
    case kMark:
    case kDirection:
    case kJoiner:
    case kInvisible:
      return chat.add(bytes, kind);
    case kSpace:
      return chat.add_blank(bytes);
    case kLineBreak:
      return chat.add_blank("\n");
    case kControl:
    case kOverride:
      return;
  }
}

}  // namespace

namespace {

// One line, in order; nothing for what can not be put in order.
std::optional<Cleaned> clean_line(std::string_view text) {
  Cleaned out;
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.bytes == 0 || !add_to_name(out, next.kind, text.substr(0, next.bytes))) {
      return std::nullopt;
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

constexpr const char* kBroken = "control characters and broken text are not allowed";

}  // namespace

Result<std::string> clean_name(std::string_view name) {
  auto out = clean_line(name);
  if (!out) return refuse("name", kBroken);
  if (!out->is_seen) return refuse("name", "is empty");
  if (out->trimmed_chars > kNameCharsMax) return refuse("name", "longer than 64 characters");
  return std::move(*out).trimmed();
}

Result<std::string> clean_title(std::string_view title) {
  auto out = clean_line(title);
  if (!out) return refuse("title", kBroken);
  if (!out->is_seen) return std::string();
  if (out->trimmed_chars > kTitleCharsMax) return refuse("title", "longer than 100 characters");
  return std::move(*out).trimmed();
}

Result<std::string> clean_chat(std::string_view text, std::size_t chars_max) {
  Cleaned out;
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.bytes == 0) return refuse("text", "broken text is not allowed");
    const bool is_crlf = text.starts_with("\r\n");
    if (!is_crlf) add_to_chat(out, next.kind, text.substr(0, next.bytes));
    text.remove_prefix(next.bytes);
  }
  if (!out.is_seen) return refuse("text", "is empty");
  if (out.trimmed_chars > chars_max) {
    return fail(ErrorCode::kTooLarge,
                "text: longer than " + std::to_string(chars_max) + " characters");
  }
  return std::move(out).trimmed();
}

std::optional<std::string> normalize_room_code(std::string_view text) {
  constexpr std::size_t kLetters = 10;
  if (text.size() > kRoomCodeBytesMax) return std::nullopt;
  std::string out;
  std::size_t letters = 0;
  while (!text.empty()) {
    const Character next = first_character(text);
    if (next.bytes == 0 || next.kind == kControl || next.kind == kMark) return std::nullopt;
    text.remove_prefix(next.bytes);
    if (next.kind != kShown) continue;
    const bool is_upper = next.code >= 'A' && next.code <= 'Z';
    if (!is_upper && (next.code < 'a' || next.code > 'z')) return std::nullopt;
    if (letters == 3 || letters == 7) out += '-';
    out += static_cast<char>(is_upper ? next.code - 'A' + 'a' : next.code);
    ++letters;
  }
  if (letters != kLetters) return std::nullopt;
  return out;
}

}  // namespace confab::call
