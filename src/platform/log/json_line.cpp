#include "base/utf8.h"
#include "platform/clock/clock.h"
#include "platform/log/json_log.h"

namespace confab {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

void append_escape(std::string& out, std::uint8_t c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
  }
  out += "\\u00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

}  // namespace

void append_json_string(std::string& out, std::string_view s) {
  out += '"';
  while (!s.empty()) {
    const std::size_t length = utf8_sequence_length(s);
    const auto c = static_cast<std::uint8_t>(s.front());
    if (length == 0) {
      out += kReplacement;
      s.remove_prefix(1);
    } else if (length == 1 && (c < 0x20 || c == 0x7F || c == '"' || c == '\\')) {
      append_escape(out, c);
      s.remove_prefix(1);
    } else {
      out += s.substr(0, length);
      s.remove_prefix(length);
    }
  }
  out += '"';
}

namespace {

void append_member(std::string& out, std::string_view key, std::string_view value) {
  append_json_string(out, key);
  out += ':';
  append_json_string(out, value);
}

// JSON has no word for NaN and the infinities, which std::to_string writes as such.
bool is_json_literal(std::string_view raw) {
  return raw == "true" || raw == "false" ||
         raw.find_first_not_of("+-.0123456789e") == std::string_view::npos;
}

}  // namespace

std::string json_log_line(std::int64_t unix_ms, LogLevel level, LogOrigin origin,
                          std::string_view event, std::initializer_list<LogField> fields,
                          bool show_private) {
  std::string out;
  out.reserve(128 + 32 * fields.size());
  out += '{';
  append_member(out, "time", format_utc(unix_ms));
  out += ',';
  append_member(out, "level", level_name(level));
  out += ',';
  append_member(out, "service", origin.service);
  out += R"(,"node":)";
  out += std::to_string(origin.node);
  out += ',';
  append_member(out, "event", event);
  for (const LogField& field : fields) {
    out += ',';
    if (field.is_private && !show_private) {
      append_member(out, field.key, "(private)");
    } else if (field.is_raw && is_json_literal(field.value)) {
      append_json_string(out, field.key);
      out += ':';
      out += field.value;
    } else {
      append_member(out, field.key, field.value);
    }
  }
  out += '}';
  return out;
}

}  // namespace confab
