// The routes of the log viewer: /api/logs (a page), /api/logs/live (server-sent events),
// /api/logs/download, /api/logs/session (sign in and out). Loop thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/random.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/log/view/query.h"
#include "platform/metrics/exposition.h"
#include "service/rest/logs/access.h"
#include "service/rest/logs/archive.h"
#include "service/rest/logs/live.h"

namespace confab::logs {

struct Setup {
  std::string folder;
  std::string token;  // empty: nobody is asked
};

class LogsApi {
 public:
  // References outlive it.
  LogsApi(Setup setup, http::EventLoop& loop, http::HttpServer& server, Random& random,
          LogSink& log);
  ~LogsApi();

  // "ok", "draining", or "folder_unavailable".
  std::string_view readiness();
  void expose(metrics::Exposition& out);
  // Not ready from now on; tails end.
  void drain();
  std::size_t readers() const { return tails_.size(); }

  // A search has a block of memory for each service, and a share of the one thread.
  static constexpr std::size_t kScansMax = 8;
  static constexpr std::size_t kDownloadsMax = 4;
  static constexpr std::size_t kReadersMax = 64;

 private:
  using Route = void (LogsApi::*)(const http::Request&, logview::Query, http::Responder);

  void route(http::HttpServer& server, std::string_view path, Route handler);
  // Who may not has been answered.
  bool admit(const http::Request& request, http::Responder& responder);
  void answer_page(const http::Request& request, logview::Query query, http::Responder responder);
  void answer_live(const http::Request& request, logview::Query query, http::Responder responder);
  void answer_download(const http::Request& request, logview::Query query,
                       http::Responder responder);
  void answer_session(const http::Request& request, http::Responder responder);
  void sign_in(const http::Request& request, http::Responder responder);
  void sign_out(const http::Request& request, http::Responder responder);
  void refuse_busy(http::Responder& responder);

  http::EventLoop& loop_;
  LogSink& log_;
  Access access_;
  std::shared_ptr<Archive> archive_;  // shared with answers that are under way
  // Shared with answers that are under way, which end after us when the server does.
  struct Busy {
    std::size_t scans = 0;
    std::size_t downloads = 0;
  };
  std::shared_ptr<Busy> busy_ = std::make_shared<Busy>();
  std::set<LiveTail*> tails_;
  std::shared_ptr<bool> is_here_ = std::make_shared<bool>(true);
  bool is_draining_ = false;
  std::uint64_t refused_busy_ = 0;
  std::uint64_t refused_malformed_ = 0;
};

}  // namespace confab::logs
