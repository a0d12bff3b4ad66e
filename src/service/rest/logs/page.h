// The answer to one request for a page: a scan that gives the loop back between its steps.
#pragma once

#include <functional>
#include <memory>

#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/log/view/scan.h"
#include "service/rest/logs/archive.h"

namespace confab::logs {

// Some ten milliseconds: what anybody else waits at the most.
inline constexpr std::size_t kStepBytes = 4 * 1024 * 1024;

class Page : public std::enable_shared_from_this<Page> {
 public:
  // Held by its next step. `done` is called once, also when the client hangs up before.
  static void start(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Scan scan,
                    logview::Way way, http::Responder responder, std::function<void()> done);

  Page(http::EventLoop& loop, std::shared_ptr<Archive> archive, logview::Scan scan,
       logview::Way way, http::Responder responder, std::function<void()> done);

 private:
  void step();

  http::EventLoop& loop_;
  const std::shared_ptr<Archive> archive_;  // shared with the API, which may end before
  logview::Scan scan_;
  const logview::Way way_;
  http::Responder responder_;
  const std::function<void()> done_;
  bool is_abandoned_ = false;
};

}  // namespace confab::logs
