#include "service/rest/logs/logs_api.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "service/rest/logs/download.h"
#include "service/rest/logs/page.h"

namespace confab::logs {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr std::string_view kSession = "/api/logs/session";

Response no_store(Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response refusal(Access::Refusal why) {
  if (why == Access::Refusal::kTooMany) {
    return Response::error(
        {ErrorCode::kRateLimited, "too many wrong tokens in too short a time; wait a minute"});
  }
  return Response::error({ErrorCode::kUnauthenticated, "sign in with the token of this viewer"});
}

Response stream(std::string content_type, std::shared_ptr<http::BodySource> source) {
  Response response;
  response.headers = {{"Content-Type", std::move(content_type)},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}};  // nginx passes it on as it comes
  response.source = std::move(source);
  response.is_stream = true;
  return response;
}

}  // namespace

LogsApi::LogsApi(Setup setup, http::EventLoop& loop, http::HttpServer& server, Random& random,
                 LogSink& log)
    : loop_(loop),
      log_(log),
      access_(std::move(setup.token), random),
      archive_(std::make_shared<Archive>(std::move(setup.folder))) {
  route(server, "/api/logs", &LogsApi::answer_page);
  route(server, "/api/logs/live", &LogsApi::answer_live);
  route(server, "/api/logs/download", &LogsApi::answer_download);
  server.route(Method::kGet, kSession, [this](const Request& request, Responder responder) {
    answer_session(request, std::move(responder));
  });
  server.route(Method::kPost, kSession, [this](const Request& request, Responder responder) {
    sign_in(request, std::move(responder));
  });
  server.route(Method::kDelete, kSession, [this](const Request& request, Responder responder) {
    sign_out(request, std::move(responder));
  });
  server.route_any("/api/*", [](const Request&, Responder responder) {
    responder.send(Response::error({ErrorCode::kNotFound, "there is no such resource"}));
  });
}

LogsApi::~LogsApi() {
  *is_here_ = false;
}

void LogsApi::route(http::HttpServer& server, std::string_view path, Route handler) {
  server.route(Method::kGet, path, [this, handler](const Request& request, Responder responder) {
    if (!admit(request, responder)) return;
    auto query =
        logview::parse_query([&](std::string_view name) { return request.query_value(name); });
    if (query) return (this->*handler)(request, *std::move(query), std::move(responder));
    ++refused_malformed_;
    responder.send(Response::error({ErrorCode::kInvalidArgument, query.error()}));
  });
}

bool LogsApi::admit(const Request& request, Responder& responder) {
  const auto may = access_.may(monotonic_now(), shown_by(request));
  if (!may) responder.send(refusal(may.error()));
  return may.has_value();
}

void LogsApi::refuse_busy(Responder& responder) {
  ++refused_busy_;
  responder.send(Response::error(
      {ErrorCode::kUnavailable, "as many look at the logs as there may at once; try again"}));
}

// ---- the lines ----

void LogsApi::answer_page(const Request&, logview::Query query, Responder responder) {
  if (busy_->scans >= kScansMax) return refuse_busy(responder);
  auto streams = archive_->streams(monotonic_now());
  if (!streams) return responder.send(Response::error(streams.error()));
  ++busy_->scans;
  logview::Scan scan(archive_->source(), *std::move(streams), std::move(query.filter), query.way,
                     {.lines = query.lines}, query.from);
  Page::start(loop_, archive_, std::move(scan), query.way, std::move(responder),
              [busy = busy_] { --busy->scans; });
}

void LogsApi::answer_live(const Request& request, logview::Query query, Responder responder) {
  if (tails_.size() >= kReadersMax || is_draining_) return refuse_busy(responder);
  auto streams = archive_->streams(monotonic_now());
  if (!streams) return responder.send(Response::error(streams.error()));
  LiveTail::Setup setup{.filter = std::move(query.filter)};
  // Where a browser was that lost its connection, or where its page ends; else where the files do.
  auto from = logview::parse_cursor(request.header("Last-Event-ID"));
  if (!from) from = std::move(query.from);
  if (!from) {
    from.emplace();
    for (const logview::Stream& one : *streams) {
      from->push_back(logview::StreamReader::end_of(archive_->source(), one));
    }
  }
  setup.from = *std::move(from);
  const auto self = std::make_shared<LiveTail*>(nullptr);  // known when the tail is there
  setup.may = [this, shown = shown_by(request), is_here = is_here_] {
    return *is_here && access_.may(monotonic_now(), shown).has_value();
  };
  setup.ended = [this, self, is_here = is_here_] {
    if (*is_here) tails_.erase(*self);
  };
  auto tail = std::make_shared<LiveTail>(loop_, archive_, std::move(setup));
  *self = tail.get();
  tails_.insert(tail.get());
  responder.send(stream("text/event-stream; charset=utf-8", std::move(tail)));
}

void LogsApi::answer_download(const Request&, logview::Query query, Responder responder) {
  if (busy_->downloads >= kDownloadsMax) return refuse_busy(responder);
  ++busy_->downloads;
  Response response = stream("application/x-ndjson; charset=utf-8",
                             std::make_shared<Download>(loop_, archive_, std::move(query.filter),
                                                        [busy = busy_] { --busy->downloads; }));
  std::string name = format_utc(wall_unix_ms()).substr(0, 19);
  std::ranges::replace(name, ':', '-');
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"confab-logs-" + name + ".jsonl\"");
  responder.send(std::move(response));
}

// ---- who may ----

void LogsApi::answer_session(const Request& request, Responder responder) {
  const bool may = access_.may(monotonic_now(), shown_by(request)).has_value();
  responder.send(no_store(
      Response::json(200, std::string(R"({"asks":)") + (access_.asks() ? "true" : "false") +
                              R"(,"signedIn":)" + (may ? "true" : "false") + '}')));
}

void LogsApi::sign_in(const Request& request, Responder responder) {
  constexpr std::size_t kBodyMax = 4096;
  const auto body = json::parse(request.body, kBodyMax);
  if (!body) return responder.send(Response::error(body.error()));
  json::ReadStatus status;
  const std::string token{json::Reader(*body, status)["token"].string(kBodyMax)};
  if (!status.ok()) return responder.send(Response::error(status.error()));
  const auto session = access_.sign_in(monotonic_now(), request.remote.address, token);
  // Those who guess on are counted, and do not fill the disk.
  if (session || session.error() == Access::Refusal::kWrong) {
    log_.write(session ? LogLevel::kInfo : LogLevel::kWarn,
               session ? "logs_signed_in" : "logs_sign_in_refused",
               {{"from", Private{request.remote.address.to_string()}}});
  }
  if (!session) return responder.send(refusal(session.error()));
  Response response = no_store(Response::json(200, R"({"signedIn":true})"));
  response.headers.emplace_back("Set-Cookie", session_cookie(request, *session));
  responder.send(std::move(response));
}

void LogsApi::sign_out(const Request& request, Responder responder) {
  access_.sign_out(shown_by(request));
  Response response = no_store(Response::json(200, R"({"signedIn":false})"));
  response.headers.emplace_back("Set-Cookie", session_cookie(request, ""));
  responder.send(std::move(response));
}

// ---- for who runs it ----

std::string_view LogsApi::readiness() {
  if (is_draining_) return "draining";
  return archive_->streams(monotonic_now()) ? "ok" : "folder_unavailable";
}

void LogsApi::drain() {
  is_draining_ = true;
  // Each may be gone when its reader has heard of the end.
  for (LiveTail* tail : std::set(tails_)) tail->end();
}

void LogsApi::expose(metrics::Exposition& out) {
  out.gauge("logs_readers", "Live tails that are open.", {}, static_cast<double>(tails_.size()));
  out.gauge("logs_scans", "Searches that are under way.", {}, static_cast<double>(busy_->scans));
  out.gauge("logs_downloads", "Downloads that are under way.", {},
            static_cast<double>(busy_->downloads));
  out.counter("logs_read_bytes", "Bytes of log files that were searched.", {},
              archive_->counts.bytes_read);
  out.counter("logs_lines_too_long", "Lines that were passed over.", {},
              archive_->counts.lines_too_long);
  out.gauge("logs_streams_left_out", "Services whose files are not shown: there are too many.", {},
            static_cast<double>(archive_->streams_left_out()));
  out.gauge("logs_files_unreadable", "Files that are not shown: they could not be opened.", {},
            static_cast<double>(archive_->files_unreadable()));
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("logs_refused", "Requests that were refused, by reason.", {{"reason", reason}},
                count);
  };
  refused("busy", refused_busy_);
  refused("malformed", refused_malformed_);
  refused("wrong_token", access_.counts().wrong);
  refused("too_many_tokens", access_.counts().too_many);
  out.counter("logs_signed_in", "How often somebody signed in.", {}, access_.counts().signed_in);
}

}  // namespace confab::logs
