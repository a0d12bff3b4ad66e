#include "service/cli/parts/lifecycle.h"

#include <utility>

#include "platform/clock/clock.h"
#include "service/cli/parts/log_options.h"
#include "service/cli/parts/signals.h"

namespace confab::cli {

Lifecycle::Lifecycle(Config& config, ConfigSource source, http::EventLoop& loop, JsonLog& log,
                     Hooks hooks)
    : config_(config),
      source_(std::move(source)),
      loop_(loop),
      log_(log),
      hooks_(std::move(hooks)),
      drained_(loop) {}

void Lifecycle::run() {
  http::on_signal(loop_, [this](http::Signal signal) { on_signal(signal); });
  loop_.run();
}

void Lifecycle::on_signal(http::Signal signal) {
  if (signal == http::Signal::kReload && !is_terminal_gone()) return reload();
  // A second SIGTERM does not wait for the meetings.
  if (stop_at_ || config_.drain == Duration::zero()) return stop();
  stop_at_ = monotonic_now() + config_.drain;
  log_.write(LogLevel::kInfo, "draining", {{"seconds", to_seconds(config_.drain)}});
  if (hooks_.drain) hooks_.drain();
  drain();
}

void Lifecycle::drain() {
  constexpr Duration kLook = 500ms;
  const bool is_drained = !hooks_.is_drained || hooks_.is_drained();
  if (is_drained || monotonic_now() >= *stop_at_) return stop();
  drained_.set(monotonic_now() + kLook, [this] { drain(); });
}

void Lifecycle::reload() {
  const auto loaded = source_();
  const auto change = loaded ? take_over(loaded->config) : std::unexpected(loaded.error());
  if (!change) {
    log_.write(LogLevel::kError, "reload_refused", {{"reason", change.error().message}});
    return;
  }
  if (hooks_.config_changed) hooks_.config_changed();
  log_.write(LogLevel::kInfo, "reloaded", {{"changed", change->taken}});
  if (change->at_next_start.empty()) return;
  log_.write(LogLevel::kWarn, "reload_needs_restart", {{"unchanged", change->at_next_start}});
}

// What can fail comes first, so that a bad configuration changes nothing.
Result<ConfigChange> Lifecycle::take_over(const Config& wanted) {
  auto log_targets = open_log_targets(log_options(wanted, log_.service()));
  if (!log_targets) return std::unexpected(log_targets.error());
  if (hooks_.prepare) {
    if (const auto prepared = hooks_.prepare(wanted); !prepared) {
      return std::unexpected(prepared.error());
    }
  }
  // Also where the name is the same: the file may have been moved away.
  log_.redirect(*std::move(log_targets));
  log_.set_level(wanted.log.level);
  log_.set_show_private(wanted.log.show_private);
  return take_over_config(config_, wanted);
}

void Lifecycle::stop() {
  if (std::exchange(is_stopping_, true)) return;
  drained_.cancel();
  log_.write(LogLevel::kInfo, "stopping", {});
  const auto end = [this] { loop_.stop(); };
  if (hooks_.stop) return hooks_.stop(end);
  end();
}

}  // namespace confab::cli
