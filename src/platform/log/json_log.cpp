#include "platform/log/json_log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>

#include "platform/clock/clock.h"

namespace confab {
namespace {

// Lines that may wait for the disk. Each is a state change: 200 people who come in a second, or 250
// who all leave at once, are some 1600. If more wait, the oldest go, are counted, and the count is
// written. spdlog makes room for all of them at the start, 408 bytes each: 0.8 MB.
constexpr std::size_t kQueuedLines = 2048;

// spdlog carries whole lines to a thread of its own: a media shard never waits for a disk.
class JsonLog final : public LogSink {
 public:
  JsonLog(const JsonLogOptions& options, std::shared_ptr<spdlog::sinks::sink> sink)
      : options_(options),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        // shared_ptr because spdlog's queue holds the logger while a line waits.
        logger_(
            std::make_shared<spdlog::async_logger>(options.service, std::move(sink), pool_,
                                                   spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::trace);
  }

  // The thread writes what waits and ends before the logger goes: whichever of the two let go last
  // would destroy it otherwise, and after the destructor of the log nothing may be under way.
  ~JsonLog() override { pool_.reset(); }

  bool enabled(LogLevel level) const override { return level >= options_.level; }

  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (!enabled(level)) return;
    report_lost();
    put(level, event, fields);
  }

 private:
  void put(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    logger_->log(spdlog::level::info, json_log_line(wall_unix_ms(), level, options_.service, event,
                                                    fields, options_.show_private));
  }

  void report_lost() {
    const std::size_t lost = pool_->overrun_counter();
    // Not while there is no room: it would push out another line, and soon be pushed out itself.
    if (lost == lost_told_.load(std::memory_order_relaxed)) return;
    if (pool_->queue_size() > kQueuedLines / 2) return;
    const std::size_t before = lost_told_.exchange(lost, std::memory_order_relaxed);
    if (lost > before) put(LogLevel::kWarn, "log.lines_lost", {{"count", lost - before}});
  }

  const JsonLogOptions options_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::logger> logger_;
  std::atomic<std::size_t> lost_told_{0};
};

}  // namespace

Result<std::unique_ptr<LogSink>> make_json_log(const JsonLogOptions& options) {
  try {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (options.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stdout_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    }
    return std::make_unique<JsonLog>(options, std::move(sink));
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::kUnavailable, "the log cannot be opened: " + std::string(e.what()));
  }
}

}  // namespace confab
