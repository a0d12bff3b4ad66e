#include "platform/log/view/line.h"

#include <charconv>
#include <chrono>

namespace confab::logview {
namespace {

constexpr std::string_view kBeginning = R"({"time":")";
// Objects in objects: deeper ones are not JSON that a log would have.
constexpr int kDepthMax = 8;

// Walks over one JSON object. Anything unexpected ends it.
class Walker {
 public:
  explicit Walker(std::string_view text) : rest_(text) {}

  bool take(char c) {
    skip_spaces();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Between the quotes, escapes as they stand.
  std::optional<std::string_view> string() {
    if (!take('"')) return std::nullopt;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        const std::string_view text = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return text;
      }
    }
    return std::nullopt;
  }

  // A string without its quotes, a number or a word as it stands; empty for objects and lists.
  std::optional<std::string_view> value() {
    skip_spaces();
    if (rest_.starts_with('"')) return string();
    if (rest_.starts_with('{') || rest_.starts_with('[')) return nested();
    const std::size_t end = std::min(rest_.find_first_of(",}] \t"), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    if (text.empty()) return std::nullopt;
    rest_.remove_prefix(end);
    return text;
  }

  bool is_at_end() {
    skip_spaces();
    return rest_.empty();
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t') || rest_.starts_with('\r')) {
      rest_.remove_prefix(1);
    }
  }

  std::optional<std::string_view> nested() {
    int depth = 0;
    do {
      if (rest_.empty()) return std::nullopt;
      const char c = rest_.front();
      if (c == '"') {
        if (!string()) return std::nullopt;
        continue;
      }
      rest_.remove_prefix(1);
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    } while (depth > 0 && depth <= kDepthMax);
    return depth == 0 ? std::optional<std::string_view>("") : std::nullopt;
  }

  std::string_view rest_;
};

bool set(Line& line, std::string_view key, std::string_view value, bool& has_time) {
  if (key == "time") {
    const auto time = parse_time(value);
    has_time = time.has_value();
    line.time_ms = time.value_or(0);
    return has_time;
  }
  if (key == "level") line.level = parse_level(value).value_or(LogLevel::kInfo);
  if (key == "service") line.service = value;
  if (key == "node") line.node = value;
  if (key == "room") line.rooms[0] = value;
  if (key == "meeting") line.rooms[1] = value;
  if (key == "participant") line.participant = value;
  if (key == "trace") line.trace = value;
  return true;
}

// Digits alone, at a place of their own.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t size) {
  int value = 0;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + size, value);
  if (error != std::errc() || end != begin + size || value < 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<LogLevel> parse_level(std::string_view word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "info") return LogLevel::kInfo;
  if (word == "warn") return LogLevel::kWarn;
  if (word == "error") return LogLevel::kError;
  return std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kPattern.size() + 1 || !text.ends_with('Z')) return std::nullopt;
  for (const std::size_t mark : {4, 7, 10, 13, 16}) {
    if (text[mark] != kPattern[mark]) return std::nullopt;
  }
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
  const auto hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::string_view fraction = text.substr(kPattern.size(), text.size() - kPattern.size() - 1);
  int milliseconds = 0;
  if (!fraction.empty()) {
    const auto value =
        fraction.size() == 4 && fraction[0] == '.' ? number(fraction, 1, 3) : std::nullopt;
    if (!value) return std::nullopt;
    milliseconds = *value;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60'000 + *second * 1000 + milliseconds;
}

std::optional<std::int64_t> time_of(std::string_view line) {
  if (!line.starts_with(kBeginning)) return std::nullopt;
  line.remove_prefix(kBeginning.size());
  const std::size_t end = line.find('"');
  return end == std::string_view::npos ? std::nullopt : parse_time(line.substr(0, end));
}

std::optional<Line> parse_line(std::string_view text) {
  Walker walker(text);
  Line line;
  bool has_time = false;
  if (!walker.take('{') || walker.take('}')) return std::nullopt;
  do {
    const auto key = walker.string();
    if (!key || !walker.take(':')) return std::nullopt;
    const auto value = walker.value();
    if (!value || !set(line, *key, *value, has_time)) return std::nullopt;
  } while (walker.take(','));
  if (!walker.take('}') || !walker.is_at_end() || !has_time) return std::nullopt;
  return line;
}

}  // namespace confab::logview
