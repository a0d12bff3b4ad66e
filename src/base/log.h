// How code below `platform` says that its state changed. One line per change, fields and not prose,
// never per packet. Values that identify a person or open a door are wrapped in Private.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace confab {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// Addresses, names, tokens and ufrags. A sink writes it only where the operator asked for it
// (log.private: true); otherwise it writes "(private)".
struct Private {
  std::string value;
};

struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, Private v) : key(k), value(std::move(v.value)), is_private(true) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), is_raw(true) {}
  template <typename N>
    requires std::is_arithmetic_v<N>
  LogField(std::string_view k, N v) : key(k), value(std::to_string(v)), is_raw(true) {}

  std::string_view key;
  std::string value;
  bool is_private = false;
  bool is_raw = false;  // a number or boolean: written without quotes
};

// Thread-safe in every implementation but the tests'.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) = 0;
};

// What is used where nobody listens.
LogSink& null_log();

}  // namespace confab
