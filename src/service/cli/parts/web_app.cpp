#include "service/cli/parts/web_app.h"

#include <memory>
#include <string>
#include <utility>

#include "platform/http/static_files.h"
#include "service/cli/parts/notices.h"
#include "service/cli/parts/web_root.h"

namespace confab::cli {

namespace {

bool is_of_viewer(std::string_view path) {
  constexpr std::string_view kPage = "/logs";
  if (!path.starts_with(kPage)) return false;
  path.remove_prefix(kPage.size());
  return path.empty() || path.starts_with('.') || path.starts_with('/');
}

// What pages are made of, whichever they are.
bool is_shared(std::string_view path) {
  return path.starts_with("/_next/") || path == "/favicon.svg";
}

using IsServed = bool (*)(std::string_view path);

bool serve_files(const std::string& root, http::HttpServer& server, LogSink& log,
                 IsServed is_served) {
  auto files = http::StaticFiles::load(root);
  if (!files) {
    log.write(LogLevel::kWarn, "web_app_missing", {{"reason", files.error().message}});
    return false;
  }
  // Shared: a Handler is copied.
  const auto app = std::make_shared<const http::StaticFiles>(std::move(*files));
  server.fallback([app, is_served](http::Request request, http::Responder responder) {
    responder.send(is_served(request.path) ? app->serve(request) : app->not_found(request));
  });
  return true;
}

}  // namespace

bool serve_web_app(const Config& config, http::HttpServer& server, LogSink& log) {
  const std::string root = find_web_root(config.http.web_root);
  const auto text = std::make_shared<const std::string>(notices(root));  // shared with answers
  server.route(http::Method::kGet, "/notices", [text](http::Request, http::Responder responder) {
    http::Response response = http::Response::text(200, {});
    response.shared_body = text;
    responder.send(std::move(response));
  });
  return serve_files(root, server, log, [](std::string_view path) { return !is_of_viewer(path); });
}

bool serve_log_viewer(const Config& config, http::HttpServer& server, LogSink& log) {
  server.route(http::Method::kGet, "/", [](const http::Request&, http::Responder responder) {
    http::Response response = http::Response::text(302, {});
    response.headers.emplace_back("Location", "/logs");
    responder.send(std::move(response));
  });
  return serve_files(find_web_root(config.http.web_root), server, log,
                     [](std::string_view path) { return is_of_viewer(path) || is_shared(path); });
}

}  // namespace confab::cli
