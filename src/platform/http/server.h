// An HTTP/1.1 and WebSocket server on an EventLoop, plain or TLS. Boost.Beast stays behind it.
//
// Everything here belongs to the loop's thread. Handlers are called there and may answer later,
// from there. What a client can do wrong has its answer: headers over the limit 431, a body over it
// 413, nonsense 400, an unknown transfer coding 501, another site's page 403, too slow: closed, too
// many connections 503.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/ip_prefix.h"
#include "base/log.h"
#include "base/net.h"
#include "platform/http/event_loop.h"
#include "platform/http/idempotency.h"
#include "platform/http/message.h"
#include "platform/http/route_counts.h"

namespace confab::http {

struct ServerOptions {
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1'000'000;
  std::size_t connections_max = 20'000;
  // Of those, what one address may have (of IPv6: one /64). At either limit the connection that is
  // idle longest goes first; see admission.h.
  std::size_t connections_per_address_max = 1000;
  // What one address may have on its way to us in bodies and messages that are not whole yet: eight
  // of the largest at once. Who has sent nothing whole has shown no right to our memory.
  std::size_t inbound_bytes_per_address_max = 8'000'000;
  // For a whole request to arrive, once it has begun.
  Duration request_timeout = 10s;
  // A kept-alive connection without a request, and a reader that takes nothing.
  Duration idle_timeout = 60s;
  // The largest WebSocket message taken in, and the same until allow_large_messages(). Each must be
  // whole within request_timeout of its first byte.
  std::size_t websocket_message_bytes_max = 1'000'000;
  std::size_t websocket_first_message_bytes_max = 64 * 1024;
  // What may wait for a WebSocket reader behind the message that is on its way: a recovered
  // Socket.IO client is sent up to 256 events at once, and a full meeting may have as much news in
  // one turn of the loop. With more than the backlog waiting, a reader whose socket took nothing
  // for the stall time is closed; the memory of one that is merely slow ends at the queue's limit.
  std::size_t websocket_backlog_bytes = 1024 * 1024;
  Duration websocket_stall_timeout = 5s;
  std::size_t websocket_queue_bytes_max = 4 * 1024 * 1024;
  // Origins of other sites whose pages may use us; "*" is any. Of all others, a page may neither
  // read our answers nor post anything, nor open a WebSocket.
  std::vector<std::string> cors_origins;
  // Where set: the names by which we may be asked, besides addresses and names without a dot. A
  // page whose own name was pointed at us asks by that name (DNS rebinding).
  std::optional<std::vector<std::string>> hosts;
  // Tell browsers to come by HTTPS from now on (RFC 6797): for a certificate that they believe.
  bool strict_transport = false;
  // Whose X-Forwarded-For is believed.
  std::vector<IpPrefix> trusted_proxies;
};

// PEM files.
struct TlsFiles {
  std::string certificate;  // the chain
  std::string key;
};

class Exchange;

// The right and the duty to answer one request, once. Dropped without an answer it answers 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  void send(Response response);
  // Called once if the client hangs up before the answer is sent; answering is then without effect.
  void on_abandoned(Task task);
  // By the server, before it asks a handler.
  void measure(std::shared_ptr<RouteCounts> counts);

 private:
  std::shared_ptr<Exchange> exchange_;  // shared with the connection, which either may outlive
};

using Handler = std::function<void(Request request, Responder responder)>;

// An accepted WebSocket. Held by who uses it and by the connection, hence shared.
class WebSocket {
 public:
  using OnMessage = std::function<void(bool is_binary, std::string data)>;
  // `close_code`: what the peer gave in its close frame (RFC 6455 §7.4); nothing when none came,
  // as when a network goes.
  using OnClosed = std::function<void(std::optional<std::uint16_t> close_code)>;

  virtual ~WebSocket() = default;
  // Set both in the open handler. on_closed comes exactly once, also after close().
  virtual void on_message(OnMessage handler) = 0;
  virtual void on_closed(OnClosed handler) = 0;
  // Queued; a reader that is stuck, or too slow for the limits, is dropped.
  virtual void send(bool is_binary, std::string data) = 0;
  // Whoever is there has shown a right to send more than a first message needs.
  virtual void allow_large_messages() = 0;
  // What is queued goes out first, then the closing handshake.
  virtual void close() = 0;
};

// Decides before the switch of protocols: a response refuses.
using UpgradeCheck = std::function<std::optional<Response>(const Request& request)>;
using UpgradeHandler =
    std::function<void(const Request& request, std::shared_ptr<WebSocket> socket)>;

class HttpServer {
 public:
  HttpServer(EventLoop& loop, const ServerOptions& options, LogSink& log);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // ---- routes; declare them before listen() ----

  // `pattern`: "/api/rooms/:code" (a ":part" matches one segment) or "/socket.io/*" (everything
  // under it). The most exact pattern wins. HEAD is answered by GET's handler without the body.
  void route(Method method, std::string_view pattern, Handler handler);
  // Any method, for protocols that answer wrong methods themselves.
  void route_any(std::string_view pattern, Handler handler);
  void websocket(std::string_view pattern, UpgradeCheck check, UpgradeHandler handler);
  // For upgrades to WebSocket that another server answers: a response with status 101 and
  // `switched` hands the connection over, any other refuses.
  void tunnel(std::string_view pattern, Handler handler);
  // For what no route matches (the web app). Without it: 404.
  // Asked before any of them; an answer of its is the request's.
  void guard(std::function<std::optional<Response>(const Request& request)> guard);
  void fallback(Handler handler);

  // For handlers of what makes something, when they know that it may be made: carries it out, or
  // answers as before where the request's Idempotency-Key was seen (idempotency.h).
  void once(const Request& request, IdempotentAnswers::Caller caller, Responder responder,
            std::move_only_function<void(const Request& request, Responder responder)> carry_out,
            std::string_view who = {});

  // Port 0 picks one. Returns what is listened on. kUnavailable with the system's reason.
  Result<Endpoint> listen(const Endpoint& endpoint);
  Result<Endpoint> listen_tls(const Endpoint& endpoint, const TlsFiles& files);
  // From now on new connections of listen_tls() are given this certificate; those that are open
  // keep theirs. On an error nothing changes.
  Result<void> use_certificate(const TlsFiles& files);
  // Takes no new connections and closes those that are idle or WebSockets.
  void stop();

  std::size_t connection_count() const;

  // Whom and what was turned away, since the start.
  struct Counts {
    std::uint64_t connections_full = 0;          // the whole limit
    std::uint64_t connections_address_full = 0;  // the share of an address
    std::uint64_t connections_evicted = 0;       // idle, for a newcomer
    std::uint64_t accept_failures = 0;           // the system had no more descriptors
    std::uint64_t requests_malformed = 0;
    std::uint64_t requests_limited = 0;  // answered by the guard
    std::uint64_t requests_foreign = 0;  // another site's page, or by another name
    std::uint64_t inbound_full = 0;      // an address with too much on its way
    std::uint64_t readers_stuck = 0;
  };
  const Counts& counts() const;
  const IdempotentAnswers::Counts& idempotency() const;

  // Of each route that answers requests, by its pattern; what no route matches is "/*".
  void for_each_route(
      const std::function<void(std::string_view pattern, const RouteCounts& counts)>& tell) const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;  // connections outlive the server object for a moment
};

}  // namespace confab::http
