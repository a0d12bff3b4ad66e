#include "service/cli/commands/words.h"

#include <boost/json.hpp>
#include <cstdio>

#include "platform/clock/clock.h"
#include "platform/json/json.h"

namespace confab::cli {

int complain(const Error& error) {
  std::fprintf(stderr, "confab: %s\n", error.message.c_str());
  return error.code == ErrorCode::kInvalidArgument ? 2 : 1;
}

int print(bool as_json, const boost::json::value& value, std::string_view text) {
  const std::string out = as_json ? json::serialize(value) + "\n" : std::string(text);
  return std::fwrite(out.data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
}

std::string when(std::int64_t unix_ms) {
  if (unix_ms == 0) return "-";
  std::string text = format_utc(unix_ms);
  return text.substr(0, 10) + ' ' + text.substr(11, 8) + 'Z';
}

}  // namespace confab::cli
