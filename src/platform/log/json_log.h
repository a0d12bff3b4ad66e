// Logs as JSON lines: time, level, event, service, then the event's own fields.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "platform/log/line_writer.h"

namespace confab {

struct JsonLogOptions {
  std::string service;               // "confab", "media", ...
  LogLevel level = LogLevel::kInfo;  // lower levels are not written
  bool show_private = false;         // write what is wrapped in Private
  std::string file;                  // empty: standard output
};

// Thread-safe, and no caller waits for the disk (line_writer.h). Lines that are lost are counted by
// "log.lines_lost", in their place. Destroying it ends within two seconds, whatever reads it.
class JsonLog : public LogSink {
 public:
  virtual void set_level(LogLevel level) = 0;
  virtual void set_show_private(bool shows) = 0;
  // From now on there: another file, or the same anew after it was moved away.
  virtual void redirect(LineTarget target) = 0;
  virtual std::uint64_t lines_lost() const = 0;
};

Result<std::unique_ptr<JsonLog>> make_json_log(const JsonLogOptions& options);

// The file of that name; standard output if it is empty.
Result<LineTarget> open_log_target(const std::string& file);

// One line without the newline. A value that is not valid UTF-8 has its bad bytes replaced by
// U+FFFD, so that a line is JSON whatever a peer sent.
std::string json_log_line(std::int64_t unix_ms, LogLevel level, std::string_view service,
                          std::string_view event, std::initializer_list<LogField> fields,
                          bool show_private);

}  // namespace confab
