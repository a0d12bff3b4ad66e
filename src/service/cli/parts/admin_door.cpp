#include "service/cli/parts/admin_door.h"

#include <utility>

#include "platform/version/version.h"
#include "service/cli/parts/http_options.h"

namespace confab::cli {

using http::Request;
using http::Responder;
using http::Response;

AdminDoor::AdminDoor(const Config& config, Role role, http::EventLoop& loop, JsonLog& log,
                     Answers answers)
    : config_(config),
      role_(role),
      log_(log),
      answers_(std::move(answers)),
      server_(loop, admin_options(config), log),
      process_(loop, role) {
  server_.route(http::Method::kGet, "/metrics", [this](const Request&, Responder responder) {
    answer_metrics(std::move(responder));
  });
  server_.route(http::Method::kGet, "/livez", [](const Request&, Responder responder) {
    responder.send(Response::json(200, R"({"status":"ok"})"));
  });
  server_.route(http::Method::kGet, "/readyz", [this](const Request&, Responder responder) {
    answer_ready(false, std::move(responder));
  });
  server_.route(http::Method::kGet, "/health", [this](const Request&, Responder responder) {
    answer_ready(true, std::move(responder));
  });
}

Result<Endpoint> AdminDoor::listen() {
  const auto listening = server_.listen(config_.admin.listen);
  if (listening) endpoint_ = *listening;
  return listening;
}

void AdminDoor::answer_metrics(Responder responder) {
  answers_.ready([this, responder = std::move(responder)](std::string_view status) mutable {
    send_metrics(status == "ok", std::move(responder));
  });
}

void AdminDoor::send_metrics(bool is_ready, Responder responder) {
  answers_.metrics(
      [this, is_ready, responder = std::move(responder)](metrics::Exposition& out) mutable {
        expose_listener("admin", server_, out);
        out.gauge("ready", "Whether /readyz says ok: 0 while people should go elsewhere.", {},
                  is_ready ? 1 : 0);
        process_.expose(out);
        out.counter("log_lines_lost", "Log lines that nobody took.", {}, log_.lines_lost());
        out.counter("log_rotations_failed", "How often the log's file could not be moved aside.",
                    {}, log_.rotations_failed());
        Response response = Response::text(200, out.text());
        response.headers = {{"Content-Type", std::string(metrics::Exposition::kContentType)}};
        responder.send(std::move(response));
      });
}

void AdminDoor::answer_ready(bool with_details, Responder responder) {
  answers_.ready(
      [this, with_details, responder = std::move(responder)](std::string_view status) mutable {
        // Nothing in it needs escaping: words and numbers of ours.
        std::string body = R"({"status":")" + std::string(status) + '"';
        if (with_details) {
          body += R"(,"role":")" + std::string(role_name(role_)) + R"(","node":)" +
                  std::to_string(config_.node) + R"(,"build":")" + std::string(build_id()) + '"';
        }
        Response response = Response::json(status == "ok" ? 200 : 503, body + '}');
        response.headers.emplace_back("Cache-Control", "no-store");
        responder.send(std::move(response));
      });
}

}  // namespace confab::cli
