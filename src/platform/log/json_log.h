// Logs as JSON lines: time, level, event, service, then the event's own fields.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"

namespace confab {

struct JsonLogOptions {
  std::string service;               // "confab", "media", ...
  LogLevel level = LogLevel::kInfo;  // lower levels are not written
  bool show_private = false;         // write what is wrapped in Private
  std::string file;                  // empty: standard output
};

// Thread-safe; each line is written whole and flushed from kWarn upwards, others within a second.
Result<std::unique_ptr<LogSink>> make_json_log(const JsonLogOptions& options);

// One line without the newline. A value that is not valid UTF-8 has its bad bytes replaced by
// U+FFFD, so that a line is JSON whatever a peer sent.
std::string json_log_line(std::int64_t unix_ms, LogLevel level, std::string_view service,
                          std::string_view event, std::initializer_list<LogField> fields,
                          bool show_private);

}  // namespace confab
