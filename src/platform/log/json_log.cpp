#include "platform/log/json_log.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "platform/clock/clock.h"

namespace confab {
namespace {

// What standard error may take of the end of the process, if nobody reads that either.
constexpr Duration kEpitaph = 200ms;

// One of the places where lines go. Without a target nothing is put, so it is never written to.
class Output {
 public:
  Output(std::optional<LineTarget> target, LineWriter::LostLine lost_line)
      : is_on_(target.has_value()),
        writer_(target ? *std::move(target) : LineTarget::standard_output(), std::move(lost_line)) {
  }

  void put(const std::string& line) {
    if (is_on_.load(std::memory_order_relaxed)) writer_.put(line);
  }
  void redirect(std::optional<LineTarget> target) {
    is_on_.store(target.has_value(), std::memory_order_relaxed);
    if (target) writer_.redirect(*std::move(target));
  }
  LineWriter& writer() { return writer_; }
  const LineWriter& writer() const { return writer_; }

 private:
  std::atomic<bool> is_on_;
  LineWriter writer_;
};

class JsonLogOfLines final : public JsonLog {
 public:
  JsonLogOfLines(const JsonLogOptions& options, LogTargets targets)
      : service_(options.service),
        node_(options.node),
        level_(options.level),
        shows_private_(options.show_private),
        standard_output_(std::move(targets.standard_output), lost_line()),
        file_(std::move(targets.file), lost_line()) {}

  ~JsonLogOfLines() override {
    const std::uint64_t lost = file_.writer().close() + standard_output_.writer().close();
    if (lost == 0) return;
    write_within(STDERR_FILENO,
                 "confab: " + std::to_string(lost) + " log lines are lost: nobody took them\n",
                 kEpitaph);
  }

  bool enabled(LogLevel level) const override {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void write(LogLevel level, std::string_view event,
             std::initializer_list<LogField> fields) override {
    if (!enabled(level)) return;
    const std::string text = line(level, event, fields);
    standard_output_.put(text);
    file_.put(text);
  }

  std::string_view service() const override { return service_; }
  void set_level(LogLevel level) override { level_.store(level, std::memory_order_relaxed); }
  void set_show_private(bool shows) override {
    shows_private_.store(shows, std::memory_order_relaxed);
  }
  void redirect(LogTargets targets) override {
    standard_output_.redirect(std::move(targets.standard_output));
    file_.redirect(std::move(targets.file));
  }
  std::uint64_t lines_lost() const override {
    return standard_output_.writer().lost() + file_.writer().lost();
  }
  std::uint64_t rotations_failed() const override { return file_.writer().rotations_failed(); }

 private:
  std::string line(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
    return json_log_line(wall_unix_ms(), level, {service_, node_}, event, fields,
                         shows_private_.load(std::memory_order_relaxed));
  }
  LineWriter::LostLine lost_line() {
    return [this](std::uint64_t count) {
      return line(LogLevel::kWarn, "log.lines_lost", {{"count", count}});
    };
  }

  const std::string service_;
  const std::uint16_t node_;
  std::atomic<LogLevel> level_;
  std::atomic<bool> shows_private_;
  // Last: their threads use what stands above.
  Output standard_output_;
  Output file_;
};

}  // namespace

Result<LogTargets> open_log_targets(const JsonLogOptions& options) {
  LogTargets targets;
  if (options.to_standard_output) targets.standard_output = LineTarget::standard_output();
  if (options.file.empty()) return targets;
  auto file = LineTarget::open(options.file, options.rotation);
  if (!file) return std::unexpected(file.error());
  targets.file = *std::move(file);
  return targets;
}

Result<std::unique_ptr<JsonLog>> make_json_log(const JsonLogOptions& options) {
  auto targets = open_log_targets(options);
  if (!targets) return std::unexpected(targets.error());
  return std::make_unique<JsonLogOfLines>(options, *std::move(targets));
}

}  // namespace confab
