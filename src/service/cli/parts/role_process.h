// How every role begins and ends.
#pragma once

#include <memory>
#include <utility>

#include "base/error.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/log/json_log.h"
#include "service/cli/parts/lifecycle.h"
#include "service/cli/parts/log_options.h"
#include "service/cli/parts/say.h"
#include "service/cli/parts/signals.h"

namespace confab::cli {

// `service`: in each line, as which process wrote it.
Result<std::unique_ptr<JsonLog>> open_log(const Config& config, std::string_view service);

// `Process` is made of (Config, ConfigSource, EventLoop&), and has start() and run(). Returns the
// process's exit code: 0 after an orderly stop, 1 when something could not be opened, which
// standard error says, and what to do.
template <typename Process>
int run_process(Config config, ConfigSource source) {
  ignore_deadly_signals();
  const auto complain = [](const Error& error) {
    say("confab: " + error.message + "\n");
    return 1;
  };
  auto loop = http::EventLoop::make();
  if (!loop) return complain(loop.error());
  Process process(std::move(config), std::move(source), **loop);
  if (auto started = process.start(); !started) return complain(started.error());
  process.run();
  return 0;
}

}  // namespace confab::cli
