#include "service/gateway/gateway.h"

#include <utility>

#include "platform/clock/clock.h"

namespace confab::gateway {
namespace {

http::Response status(unsigned code, std::string_view word) {
  http::Response response =
      http::Response::json(code, R"({"status":")" + std::string(word) + R"("})");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

Gateway::Gateway(const Options& options, http::EventLoop& loop, http::HttpServer& server,
                 discovery::Discovery& discovery, Random& random, LogSink& log)
    : upstreams_(loop, discovery, options.service, log),
      proxy_(options, loop, upstreams_, random, counts_),
      tunnels_(options, loop, proxy_, counts_) {
  const auto pass_on = [this](http::Request request, http::Responder responder) {
    proxy_.pass_on(std::move(request), std::move(responder));
  };
  server.route_any("/api/*", pass_on);
  server.route_any("/.well-known/jwks.json", pass_on);
  // Media is asked by signaling alone. The reference passes this on, to whoever asks.
  server.route_any("/api/media/*", [](const http::Request&, http::Responder responder) {
    responder.send(http::Response::error({ErrorCode::kNotFound, "there is no such resource"}));
  });
  server.route_any("/socket.io/*", [this](http::Request request, http::Responder responder) {
    proxy_.pass_on_by_sid(std::move(request), std::move(responder));
  });
  server.tunnel("/socket.io/*", [this](http::Request request, http::Responder responder) {
    tunnels_.open(std::move(request), std::move(responder));
  });
}

void Gateway::serve_health(http::HttpServer& server) {
  const auto alive = [](const http::Request&, http::Responder responder) {
    responder.send(status(200, "ok"));
  };
  server.route(http::Method::kGet, "/livez", alive);
  server.route(http::Method::kGet, "/health", alive);
  server.route(http::Method::kGet, "/readyz",
               [this](const http::Request&, http::Responder responder) {
                 const std::string_view word = readiness();
                 responder.send(status(word == "ok" ? 200 : 503, word));
               });
}

std::string_view Gateway::readiness() const {
  if (is_draining_) return "draining";
  return upstreams_.table()->is_ready(monotonic_now()) ? "ok" : "no_signaling_node";
}

void Gateway::expose(metrics::Exposition& out) const {
  out.counter("gateway_requests", "Requests that a node was asked for.", {}, counts_.requests);
  out.counter("gateway_retries", "Of those, attempts at another node.", {}, counts_.retries);
  const auto dropped = [&](std::string_view reason, std::uint64_t count) {
    out.counter("gateway_dropped", "Requests and attempts that came to nothing, by reason.",
                {{"reason", reason}}, count);
  };
  dropped("unknown_sid", counts_.unknown_sid);
  dropped("no_node", counts_.no_node);
  dropped("unreachable", counts_.unreachable);
  dropped("no_answer", counts_.no_answer);
  dropped("timeout", counts_.timeout);
  dropped("broken_answer", counts_.broken_answer);
  dropped("abandoned", counts_.abandoned);
  dropped("bodies_full", counts_.bodies_full);
  dropped("bad_method", counts_.bad_method);
  dropped("upgrade_refused", counts_.tunnels_refused);
  out.gauge("gateway_tunnels", "WebSockets that are open.", {},
            static_cast<double>(tunnels_.size()));
  out.counter("gateway_tunnels_opened", "WebSockets that were opened.", {}, counts_.tunnels_opened);
  const auto ended = [&](std::string_view by, std::uint64_t count) {
    out.counter("gateway_tunnels_ended", "WebSockets that ended, by whom or why.", {{"by", by}},
                count);
  };
  ended("client", counts_.tunnels_ended_by_client);
  ended("node", counts_.tunnels_ended_by_node);
  ended("idle", counts_.tunnels_idle);
  ended("stuck", counts_.tunnels_stuck);
  ended("drain", counts_.tunnels_closed);
  for (const routing::NodeTable::Status& node : upstreams_.table()->status(monotonic_now())) {
    const std::string number = std::to_string(node.number);
    out.gauge("gateway_node_open", "What is open at a node.", {{"node", number}},
              static_cast<double>(node.open));
    out.gauge("gateway_node_takes_new", "1 for a node that new clients go to.", {{"node", number}},
              node.takes_new && !node.is_avoided ? 1 : 0);
  }
  const http::Upstream& upstream = proxy_.upstream();
  const auto connections = [&](std::string_view how, std::uint64_t count) {
    out.counter("gateway_connections", "Connections to nodes, by how it went.", {{"how", how}},
                count);
  };
  connections("made", upstream.counts().connections_made);
  connections("reused", upstream.counts().connections_reused);
  connections("failed", upstream.counts().connections_failed);
  out.gauge("gateway_connections_kept", "Connections that wait for the next request.", {},
            static_cast<double>(upstream.kept_connections()));
}

}  // namespace confab::gateway
