#include "service/cli/parts/http_options.h"

#include <algorithm>

#include "engine/descriptors.h"

namespace confab::cli {

http::ServerOptions public_options(const Config& config) {
  const std::size_t descriptors = engine::descriptor_limit();
  http::ServerOptions options;
  options.header_bytes_max = config.http.header_bytes_max;
  options.body_bytes_max = config.http.body_bytes_max;
  // Three of eight descriptors at the most, one of eight for one address: media over TCP has half,
  // the database and the listener below need theirs, however many come by HTTP.
  options.connections_max = std::min<std::size_t>(config.http.connections_max, descriptors * 3 / 8);
  options.connections_per_address_max = std::min<std::size_t>(
      config.http.connections_per_address_max, std::max<std::size_t>(descriptors / 8, 1));
  options.request_timeout = config.http.request_timeout;
  options.idle_timeout = config.http.idle_timeout;
  options.websocket_message_bytes_max = config.socketio.payload_bytes_max;
  options.cors_origins = config.http.cors_origins;
  options.trusted_proxies = config.http.trusted_proxies;
  // A certificate of our own is believed by nobody who could be told to insist on it.
  options.strict_transport = !config.http.tls_certificate.empty();
  return options;
}

http::ServerOptions admin_options(const Config& config) {
  http::ServerOptions options;
  options.connections_max = std::clamp<std::size_t>(engine::descriptor_limit() / 16, 4, 64);
  options.connections_per_address_max = options.connections_max;
  options.hosts = config.admin.hosts;
  return options;
}

void expose_listener(std::string_view listener, const http::HttpServer& server,
                     metrics::Exposition& out) {
  out.gauge("http_connections", "Connections of a listener, WebSockets included.",
            {{"listener", listener}}, static_cast<double>(server.connection_count()));
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("http_refused", "What a listener turned away or closed, by reason.",
                {{"listener", listener}, {"reason", reason}}, count);
  };
  const http::HttpServer::Counts& counts = server.counts();
  refused("connections_full", counts.connections_full);
  refused("connections_address_full", counts.connections_address_full);
  refused("connections_evicted", counts.connections_evicted);
  refused("accept_failures", counts.accept_failures);
  refused("requests_malformed", counts.requests_malformed);
  refused("requests_limited", counts.requests_limited);
  refused("requests_foreign", counts.requests_foreign);
  refused("inbound_full", counts.inbound_full);
  refused("readers_stuck", counts.readers_stuck);
  const auto repeated = [&](std::string_view result, std::uint64_t count) {
    out.counter("http_idempotency",
                "Requests with an Idempotency-Key that was seen before, by what "
                "came of it; dropped: answers that had no place any more.",
                {{"listener", listener}, {"result", result}}, count);
  };
  const http::IdempotentAnswers::Counts& made = server.idempotency();
  repeated("replayed", made.replayed);
  repeated("mismatched", made.mismatched);
  repeated("in_flight", made.in_flight);
  repeated("dropped", made.dropped);
  server.for_each_route([&](std::string_view route, const http::RouteCounts& requests) {
    for (std::size_t i = 0; i < requests.outcomes.size(); ++i) {
      out.counter(
          "http_requests", "Requests of a route, by what they were answered.",
          {{"listener", listener}, {"route", route}, {"status", http::RouteCounts::kOutcomes[i]}},
          requests.outcomes[i]);
    }
    requests.latency.expose("http_request_seconds", "How long the answers of a route took.",
                            {{"listener", listener}, {"route", route}}, out);
  });
}

}  // namespace confab::cli
