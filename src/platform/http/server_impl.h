// What HttpServer hides and its connections share.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address_shares.h"
#include "platform/http/admission.h"
#include "platform/http/cors.h"
#include "platform/http/event_loop_impl.h"
#include "platform/http/exchange.h"
#include "platform/http/reserve_descriptor.h"
#include "platform/http/router.h"
#include "platform/http/server.h"
#include "platform/http/tcp_endpoint.h"

namespace confab::http {

// A connection or WebSocket, as the server keeps count of it. Registers itself.
class Peer {
 public:
  Peer(std::shared_ptr<HttpServer::Impl> server, const IpAddress& from);
  virtual ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // The server stops: end when nothing is under way.
  virtual void stop() = 0;
  // Close now, for a newcomer. Asked of none that is in use (set_idle).
  virtual void give_way() = 0;

 protected:
  HttpServer::Impl& server() { return *server_; }
  const std::shared_ptr<HttpServer::Impl>& shared_server() { return server_; }
  // While nobody asks anything on it.
  void set_idle(bool is_idle);

 private:
  std::shared_ptr<HttpServer::Impl> server_;  // see HttpServer::impl_
  const Admission::Id id_;
};

// What of one message is in memory before it is whole, against the share of its address.
class InboundCharge {
 public:
  InboundCharge(HttpServer::Impl& server, const IpAddress& from) : server_(server), from_(from) {}
  ~InboundCharge();
  InboundCharge(const InboundCharge&) = delete;
  InboundCharge& operator=(const InboundCharge&) = delete;

  // False: the address has its share.
  bool grow_to(std::size_t bytes);
  void clear();

 private:
  HttpServer::Impl& server_;
  const IpAddress from_;
  std::size_t charged_ = 0;
};

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(EventLoop& loop, const ServerOptions& server_options, LogSink& log_sink)
      : options(server_options),
        log(log_sink),
        cors(server_options.cors_origins),
        context(loop.impl().context),
        inbound(server_options.inbound_bytes_per_address_max),
        admission_({server_options.connections_max, server_options.connections_per_address_max,
                    server_options.trusted_proxies}) {}

  // The answer to a request that may not be made from where it comes from.
  std::optional<Response> refusal_of(const Request& request, bool is_upgrade);
  // To the handler, or to what answers in its place.
  void dispatch(Request request, Responder responder);

  Result<Endpoint> listen(const Endpoint& endpoint, bool is_tls);
  void stop();

  // What a coroutine ended with, if it was not the end of its function.
  void note_exception(const std::exception_ptr& exception);

  const ServerOptions options;
  LogSink& log;
  const Cors cors;
  boost::asio::io_context& context;
  Router router;
  Handler fallback;
  std::function<std::optional<Response>(const Request& request)> guard;
  // Of what no route matches; shared as Route::counts is.
  std::shared_ptr<RouteCounts> fallback_counts = std::make_shared<RouteCounts>();
  bool is_stopping = false;
  AddressShares inbound;
  HttpServer::Counts counts;
  IdempotentAnswers made;
  // Of the connections to come; each keeps OpenSSL's part of the one that it began with.
  std::unique_ptr<boost::asio::ssl::context> tls;

  Admission::Id enter(Peer& peer, const IpAddress& from);
  void leave(Admission::Id peer);
  void set_idle(Admission::Id peer, bool is_idle) { admission_.set_idle(peer, is_idle); }
  std::size_t peer_count() const { return peers_.size(); }
  // Says once that a proxy seems to stand in front of us whose word is not believed.
  void note_forwarded(const Request& request, const IpAddress& peer);

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  void start_accepting(std::shared_ptr<Acceptor> acceptor, bool is_tls);
  boost::asio::awaitable<void> accept_loop(std::shared_ptr<Acceptor> acceptor, bool is_tls);

  // Closes an idle connection, and says whether there was one.
  bool make_room(std::optional<Admission::Id> idle);
  void serve(boost::asio::ip::tcp::socket socket, bool is_tls);
  void handle_accept_failure(Acceptor& acceptor, const boost::system::error_code& error,
                             bool is_tls);

  std::vector<std::shared_ptr<Acceptor>> acceptors_;  // shared with their accept loops
  Admission admission_;
  std::unordered_map<Admission::Id, Peer*> peers_;
  ReserveDescriptor reserve_;
  Instant next_accept_line_{};
  bool has_noted_forwarded_ = false;
  bool has_noted_foreign_ = false;
};

// Each in a file of its own, because each compiles Beast anew.
void serve_plain(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket,
                 const Endpoint& remote);
void serve_tls(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket,
               const Endpoint& remote, boost::asio::ssl::context& tls);

}  // namespace confab::http
