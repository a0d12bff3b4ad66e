// Logs as JSON lines: time, level, service, node, event, then the event's own fields.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "platform/log/line_writer.h"

namespace confab {

struct JsonLogOptions {
  std::string service;               // "confab", "media", ...
  std::uint16_t node = 0;            // which of them
  LogLevel level = LogLevel::kInfo;  // lower levels are not written
  bool show_private = false;         // write what is wrapped in Private
  bool to_standard_output = true;
  std::string file;  // besides; empty: none
  LogRotation rotation;
};

// Where lines go: to each that is there.
struct LogTargets {
  std::optional<LineTarget> standard_output;
  std::optional<LineTarget> file;
};

// Thread-safe, and no caller waits for the disk (line_writer.h). Lines that are lost are counted by
// "log.lines_lost", in their place. Destroying it ends within four seconds, whatever reads it.
class JsonLog : public LogSink {
 public:
  virtual std::string_view service() const = 0;
  virtual void set_level(LogLevel level) = 0;
  virtual void set_show_private(bool shows) = 0;
  // From now on there: another file, or the same anew after it was moved away.
  virtual void redirect(LogTargets targets) = 0;
  // Of standard output and the file together.
  virtual std::uint64_t lines_lost() const = 0;
  virtual std::uint64_t rotations_failed() const = 0;
};

Result<std::unique_ptr<JsonLog>> make_json_log(const JsonLogOptions& options);
Result<LogTargets> open_log_targets(const JsonLogOptions& options);

struct LogOrigin {
  std::string_view service;
  std::uint16_t node = 0;
};
// One line without the newline. A value that is not valid UTF-8 has its bad bytes replaced by
// U+FFFD, so that a line is JSON whatever a peer sent.
std::string json_log_line(std::int64_t unix_ms, LogLevel level, LogOrigin origin,
                          std::string_view event, std::initializer_list<LogField> fields,
                          bool show_private);
// With its quotes; the same is done to bytes that are no UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace confab
