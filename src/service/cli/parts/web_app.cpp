#include "service/cli/parts/web_app.h"

#include <memory>
#include <string>
#include <utility>

#include "platform/http/static_files.h"
#include "service/cli/parts/notices.h"
#include "service/cli/parts/web_root.h"

namespace confab::cli {

bool serve_web_app(const Config& config, http::HttpServer& server, LogSink& log) {
  const std::string root = find_web_root(config.http.web_root);
  const auto text = std::make_shared<const std::string>(notices(root));  // shared with answers
  server.route(http::Method::kGet, "/notices", [text](http::Request, http::Responder responder) {
    http::Response response = http::Response::text(200, {});
    response.shared_body = text;
    responder.send(std::move(response));
  });
  auto files = http::StaticFiles::load(root);
  if (!files) {
    log.write(LogLevel::kWarn, "web_app_missing", {{"reason", files.error().message}});
    return false;
  }
  // Shared: a Handler is copied.
  const auto app = std::make_shared<const http::StaticFiles>(std::move(*files));
  server.fallback([app](http::Request request, http::Responder responder) {
    responder.send(app->serve(request));
  });
  return true;
}

}  // namespace confab::cli
