// The listener for who runs the process, in every role: /metrics, /livez (the loop turns, nothing
// else), /readyz (send me people), /health (the same, with who this is). Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/log/json_log.h"
#include "platform/metrics/exposition.h"
#include "service/cli/parts/process_metrics.h"

namespace confab::cli {

class AdminDoor {
 public:
  struct Answers {
    // "ok", or why not: "stopping", "store_unavailable". Answered once, at once or later.
    std::function<void(std::move_only_function<void(std::string_view status)> answer)> ready;
    // Fills in what the role counts; `done` is called once, at once or later.
    std::function<void(std::move_only_function<void(metrics::Exposition& out)> done)> metrics;
  };

  // References outlive it.
  AdminDoor(const Config& config, Role role, http::EventLoop& loop, JsonLog& log, Answers answers);

  Result<Endpoint> listen();
  // Where it listens, after that.
  const Endpoint& endpoint() const { return endpoint_; }
  void stop() { server_.stop(); }
  http::HttpServer& server() { return server_; }

 private:
  void answer_metrics(http::Responder responder);
  void send_metrics(bool is_ready, http::Responder responder);
  void answer_ready(bool with_details, http::Responder responder);

  const Config& config_;
  const Role role_;
  JsonLog& log_;
  const Answers answers_;
  http::HttpServer server_;
  Endpoint endpoint_;
  ProcessMetrics process_;
};

}  // namespace confab::cli
