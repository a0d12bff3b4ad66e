#include "platform/log/json_log.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "platform/clock/clock.h"

namespace confab {
namespace {

// What standard error may take of the end of the process, if nobody reads that either.
constexpr Duration kEpitaph = 200ms;

class JsonLogOfLines final : public JsonLog {
 public:
  JsonLogOfLines(const JsonLogOptions& options, LineTarget target)
      : service_(options.service),
        level_(options.level),
        shows_private_(options.show_private),
        writer_(std::move(target), [this](std::uint64_t count) {
          return line(LogLevel::kWarn, "log.lines_lost", {{"count", count}});
        }) {}

  ~JsonLogOfLines() override {
    if (const std::uint64_t lost = writer_.close(); lost > 0) {
      write_within(STDERR_FILENO,
                   "confab: " + std::to_string(lost) + " log lines are lost: nobody took them\n",
                   kEpitaph);
    }
  }

  bool enabled(LogLevel level) const override {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (enabled(level)) writer_.put(line(level, event, fields));
  }

  void set_level(LogLevel level) override { level_.store(level, std::memory_order_relaxed); }
  void set_show_private(bool shows) override {
    shows_private_.store(shows, std::memory_order_relaxed);
  }
  void redirect(LineTarget target) override { writer_.redirect(std::move(target)); }
  std::uint64_t lines_lost() const override { return writer_.lost(); }

 private:
  std::string line(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
    return json_log_line(wall_unix_ms(), level, service_, event, fields,
                         shows_private_.load(std::memory_order_relaxed));
  }

  const std::string service_;
  std::atomic<LogLevel> level_;
  std::atomic<bool> shows_private_;
  LineWriter writer_;  // last: its thread uses what stands above
};

}  // namespace

Result<LineTarget> open_log_target(const std::string& file) {
  if (file.empty()) return LineTarget::standard_output();
  return LineTarget::open(file);
}

Result<std::unique_ptr<JsonLog>> make_json_log(const JsonLogOptions& options) {
  auto target = open_log_target(options.file);
  if (!target) return std::unexpected(target.error());
  return std::make_unique<JsonLogOfLines>(options, std::move(*target));
}

}  // namespace confab
