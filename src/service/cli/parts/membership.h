// This process among the others: whom it finds, how it is found, and what the directory says of its
// configuration. Loop thread only; destroy it after the loop has stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "platform/config/config.h"
#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "service/cli/parts/directory.h"
#include "service/cli/parts/shared_settings.h"

namespace confab::cli {

class Membership {
 public:
  // `services`: whom the configuration names, where no directory does. References outlive it.
  static Result<std::unique_ptr<Membership>> open(const Config& config,
                                                  std::span<const StaticService> services,
                                                  http::EventLoop& loop, LogSink& log);

  discovery::Discovery& directory() { return *directory_; }

  // Once, when everything listens.
  Result<void> announce(const SelfDescription& self);
  // Others send nothing new from now on.
  void drain() { directory_->drain(); }
  // `done` comes when nobody finds us any more, or that was tried for long enough.
  void leave(http::Task done) { directory_->leave(std::move(done)); }

  // What is to be in force besides file, environment and flags. On an error it was not taken.
  using Apply = std::function<Result<void>(const ConfigPairs& settings)>;
  void watch_settings(Apply apply);
  const ConfigPairs& settings() const { return settings_.in_force(); }

  void expose(metrics::Exposition& out) const;

 private:
  Membership(const Config& config, LogSink& log) : config_(config), log_(log) {}
  void handle_values(const discovery::Values& values);

  const Config& config_;
  LogSink& log_;
  std::unique_ptr<discovery::Discovery> directory_;
  SharedSettings settings_;
  Apply apply_;
};

}  // namespace confab::cli
