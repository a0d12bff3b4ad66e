// What HttpServer hides and its connections share.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "platform/http/cors.h"
#include "platform/http/event_loop_impl.h"
#include "platform/http/exchange.h"
#include "platform/http/router.h"
#include "platform/http/server.h"

namespace confab::http {

// A connection or WebSocket, as the server keeps count of it. Registers itself.
class Peer {
 public:
  explicit Peer(std::shared_ptr<HttpServer::Impl> server);
  virtual ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // The server stops: end when nothing is under way.
  virtual void stop() = 0;

 protected:
  HttpServer::Impl& server() { return *server_; }
  const std::shared_ptr<HttpServer::Impl>& shared_server() { return server_; }

 private:
  std::shared_ptr<HttpServer::Impl> server_;  // see HttpServer::impl_
};

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  Impl(EventLoop& loop, const ServerOptions& server_options, LogSink& log_sink)
      : options(server_options),
        log(log_sink),
        cors(server_options.cors_origins),
        context(loop.impl().context) {}

  // To the handler, or to what answers in its place.
  void dispatch(Request request, Responder responder);

  Result<Endpoint> listen(const Endpoint& endpoint, std::shared_ptr<boost::asio::ssl::context> tls);
  void stop();

  // What a coroutine ended with, if it was not the end of its function.
  void note_exception(const std::exception_ptr& exception);

  const ServerOptions options;
  LogSink& log;
  const Cors cors;
  boost::asio::io_context& context;
  Router router;
  Handler fallback;
  bool is_stopping = false;
  std::unordered_set<Peer*> peers;

 private:
  using Acceptor = boost::asio::ip::tcp::acceptor;

  boost::asio::awaitable<void> accept_loop(std::shared_ptr<Acceptor> acceptor,
                                           std::shared_ptr<boost::asio::ssl::context> tls);

  std::vector<std::shared_ptr<Acceptor>> acceptors_;  // shared with their accept loops
};

// Each in a file of its own, because each compiles Beast anew.
void serve_plain(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket);
void serve_tls(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket,
               boost::asio::ssl::context& tls);

Endpoint to_endpoint(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace confab::http
