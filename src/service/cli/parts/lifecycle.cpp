#include "service/cli/parts/lifecycle.h"

#include <utility>

#include "platform/clock/clock.h"
#include "service/cli/parts/log_options.h"
#include "service/cli/parts/signals.h"

namespace confab::cli {

Lifecycle::Lifecycle(Role role, Config& config, ConfigSource source, http::EventLoop& loop,
                     JsonLog& log, Hooks hooks)
    : role_(role),
      config_(config),
      own_(config),
      source_(std::move(source)),
      loop_(loop),
      log_(log),
      hooks_(std::move(hooks)),
      drained_(loop) {}

void Lifecycle::run() {
  http::on_signal(loop_, [this](http::Signal signal) { on_signal(signal); });
  if (hooks_.membership != nullptr) {
    hooks_.membership->watch_settings(
        [this](const ConfigPairs& settings) { return apply_settings(settings); });
  }
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
  const auto refuse = [this](const Error& error) {
    log_.write(LogLevel::kError, "reload_refused", {{"reason", error.message}});
  };
  auto loaded = source_();
  if (!loaded) return refuse(loaded.error());
  const auto wanted =
      with_shared(loaded->config, role_,
                  hooks_.membership == nullptr ? ConfigPairs{} : hooks_.membership->settings());
  if (!wanted) return refuse(wanted.error());
  if (const auto prepared = prepare(*wanted); !prepared) return refuse(prepared.error());
  own_ = std::move(loaded->config);
  const ConfigChange change = take_over(*wanted);
  log_.write(LogLevel::kInfo, "reloaded", {{"changed", change.taken}});
  if (change.at_next_start.empty()) return;
  log_.write(LogLevel::kWarn, "reload_needs_restart", {{"unchanged", change.at_next_start}});
}

// What can fail comes first, so that a bad configuration changes nothing.
Result<void> Lifecycle::prepare(const Config& wanted) {
  auto log_targets = open_log_targets(log_options(wanted, log_.service()));
  if (!log_targets) return std::unexpected(log_targets.error());
  if (hooks_.prepare) {
    if (const auto prepared = hooks_.prepare(wanted); !prepared) return prepared;
  }
  // Also where the name is the same: the file may have been moved away.
  log_.redirect(*std::move(log_targets));
  return {};
}

ConfigChange Lifecycle::take_over(const Config& wanted) {
  log_.set_level(wanted.log.level);
  log_.set_show_private(wanted.log.show_private);
  ConfigChange change = take_over_config(config_, wanted);
  if (hooks_.config_changed) hooks_.config_changed();
  return change;
}

// The files of this machine stay as they are: they are read at SIGHUP alone.
Result<void> Lifecycle::apply_settings(const ConfigPairs& settings) {
  const auto wanted = with_shared(own_, role_, settings);
  if (!wanted) return std::unexpected(wanted.error());
  const ConfigChange change = take_over(*wanted);
  if (!change.taken.empty()) {
    log_.write(LogLevel::kInfo, "settings_taken", {{"changed", change.taken}});
  }
  return {};
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
