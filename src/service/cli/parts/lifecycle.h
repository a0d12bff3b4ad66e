// What the kernel's signals mean to every role: SIGHUP reads the configuration again, SIGTERM lets
// what goes on go on for a while, a second one does not wait. And what the directory says of the
// configuration, which is taken over the same way. Loop thread only.
#pragma once

#include <functional>
#include <optional>

#include "base/error.h"
#include "base/instant.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/log/json_log.h"
#include "service/cli/parts/membership.h"

namespace confab::cli {

// Reads the file, the environment and the flags as at the start.
using ConfigSource = std::function<Result<LoadedConfig>()>;

class Lifecycle {
 public:
  // What the role does about it. Any may be empty.
  struct Hooks {
    // Takes up what may fail of a new configuration; on an error nothing has changed.
    std::function<Result<void>(const Config& wanted)> prepare;
    // What is live (ConfigOption::is_live) has changed.
    std::function<void()> config_changed;
    // Not ready from now on; what goes on may go on.
    std::function<void()> drain;
    std::function<bool()> is_drained;
    // Says goodbye; `done` ends the loop.
    std::function<void(http::Task done)> stop;
    // Where the directory's settings come from; null: it has none.
    Membership* membership = nullptr;
  };

  // `config` is what reload changes: all that refer to it run on the loop's thread.
  Lifecycle(Role role, Config& config, ConfigSource source, http::EventLoop& loop, JsonLog& log,
            Hooks hooks);

  // Until the end. Runs the loop.
  void run();

 private:
  void on_signal(http::Signal signal);
  void reload();
  Result<void> prepare(const Config& wanted);
  ConfigChange take_over(const Config& wanted);
  Result<void> apply_settings(const ConfigPairs& settings);
  void drain();
  void stop();

  const Role role_;
  Config& config_;
  // As it would be without the directory's settings.
  Config own_;
  const ConfigSource source_;
  http::EventLoop& loop_;
  JsonLog& log_;
  const Hooks hooks_;
  http::LoopTimer drained_;
  bool is_stopping_ = false;
  std::optional<Instant> stop_at_;  // set: SIGTERM came, and it goes on until then
};

}  // namespace confab::cli
