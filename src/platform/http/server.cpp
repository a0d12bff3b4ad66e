#include "platform/http/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <exception>
#include <utility>

#include "base/check.h"
#include "platform/http/server_impl.h"

namespace confab::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    "Content-Length: 0\r\n\r\n";

tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.address.is_v4()) {
    return {asio::ip::address_v4(endpoint.address.v4_host_order()), endpoint.port};
  }
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), endpoint.address.bytes().data(), bytes.size());
  return {asio::ip::address_v6(bytes), endpoint.port};
}

std::unexpected<Error> cannot_listen(const Endpoint& endpoint,
                                     const boost::system::error_code& error) {
  return fail(ErrorCode::kUnavailable,
              "cannot listen on " + endpoint.to_string() + ": " + error.message());
}

Result<std::shared_ptr<asio::ssl::context>> make_tls(const TlsFiles& files) {
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  boost::system::error_code error;
  tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                       asio::ssl::context::no_tlsv1_1,
                   error);
  if (!error) tls->use_certificate_chain_file(files.certificate, error);
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "cannot use the certificate " + files.certificate + ": " + error.message());
  }
  tls->use_private_key_file(files.key, asio::ssl::context::pem, error);
  if (error) {
    return fail(ErrorCode::kUnavailable,
                "cannot use the key " + files.key + ": " + error.message());
  }
  // Idle connections are many; their record buffers need not be kept.
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return tls;
}

}  // namespace

Endpoint to_endpoint(const tcp::endpoint& endpoint) {
  const asio::ip::address& address = endpoint.address();
  if (address.is_v4()) return {IpAddress::v4(address.to_v4().to_uint()), endpoint.port()};
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(address.to_v6().to_bytes(), bytes.begin());
  return {IpAddress::v6(bytes), endpoint.port()};
}

Peer::Peer(std::shared_ptr<HttpServer::Impl> server) : server_(std::move(server)) {
  server_->peers.insert(this);
}
Peer::~Peer() {
  server_->peers.erase(this);
}

void HttpServer::Impl::dispatch(Request request, Responder responder) {
  if (Cors::is_preflight(request)) {
    responder.send(cors.preflight(request));
    return;
  }
  const Route* route = router.find(request.path, request.params);
  if (route == nullptr) {
    if (fallback) {
      fallback(std::move(request), std::move(responder));
    } else {
      responder.send(Response::error({ErrorCode::kNotFound, "There is nothing here."}));
    }
    return;
  }
  if (const Handler* handler = handler_for(*route, request.method)) {
    (*handler)(std::move(request), std::move(responder));
    return;
  }
  Response response =
      Response::error({ErrorCode::kInvalidArgument, "This method is not for here."});
  response.status = 405;
  response.headers.emplace_back("Allow", allowed_methods(*route));
  responder.send(std::move(response));
}

Result<Endpoint> HttpServer::Impl::listen(const Endpoint& endpoint,
                                          std::shared_ptr<asio::ssl::context> tls) {
  const tcp::endpoint wanted = to_asio(endpoint);
  auto acceptor = std::make_shared<Acceptor>(context);
  boost::system::error_code error;
  acceptor->open(wanted.protocol(), error);
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  // [::] takes IPv4 as well, whatever the system's default is.
  if (!error && !endpoint.address.is_v4() && endpoint.address.is_unspecified()) {
    acceptor->set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor->bind(wanted, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(endpoint, error);
  const Endpoint bound = to_endpoint(acceptor->local_endpoint(error));
  acceptors_.push_back(acceptor);
  co_spawn(context, accept_loop(std::move(acceptor), std::move(tls)),
           [self = shared_from_this()](const std::exception_ptr& exception) {
             self->note_exception(exception);
           });
  return bound;
}

asio::awaitable<void> HttpServer::Impl::accept_loop(std::shared_ptr<Acceptor> acceptor,
                                                    std::shared_ptr<asio::ssl::context> tls) {
  constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
  constexpr Duration kPause = 100ms;
  const auto self = shared_from_this();
  while (!is_stopping) {
    auto [error, socket] = co_await acceptor->async_accept(kToken);
    if (is_stopping || error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors: those that are open go on, and some of them will end.
      log.write(LogLevel::kWarn, "http.accept_failed", {{"reason", error.message()}});
      asio::steady_timer pause(context, kPause);
      co_await pause.async_wait(kToken);
      continue;
    }
    boost::system::error_code ignored;
    if (peers.size() >= options.connections_max) {
      socket.non_blocking(true, ignored);
      if (!tls) socket.write_some(asio::buffer(kTooManyConnections), ignored);
      continue;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    if (tls) {
      serve_tls(self, std::move(socket), *tls);
    } else {
      serve_plain(self, std::move(socket));
    }
  }
}

void HttpServer::Impl::stop() {
  is_stopping = true;
  for (const auto& acceptor : acceptors_) {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  }
  acceptors_.clear();
  for (Peer* peer : std::vector<Peer*>(peers.begin(), peers.end())) peer->stop();
}

void HttpServer::Impl::note_exception(const std::exception_ptr& exception) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& caught) {
    log.write(LogLevel::kError, "http.connection_failed", {{"reason", caught.what()}});
  }
}

HttpServer::HttpServer(EventLoop& loop, const ServerOptions& options, LogSink& log)
    : impl_(std::make_shared<Impl>(loop, options, log)) {}
HttpServer::~HttpServer() {
  impl_->stop();
}

void HttpServer::route(Method method, std::string_view pattern, Handler handler) {
  impl_->router.at(pattern).handlers[method] = std::move(handler);
}
void HttpServer::route_any(std::string_view pattern, Handler handler) {
  impl_->router.at(pattern).any_method = std::move(handler);
}
void HttpServer::websocket(std::string_view pattern, UpgradeCheck check, UpgradeHandler handler) {
  Route& route = impl_->router.at(pattern);
  route.upgrade_check = std::move(check);
  route.upgrade = std::move(handler);
}
void HttpServer::fallback(Handler handler) {
  impl_->fallback = std::move(handler);
}

Result<Endpoint> HttpServer::listen(const Endpoint& endpoint) {
  return impl_->listen(endpoint, nullptr);
}
Result<Endpoint> HttpServer::listen_tls(const Endpoint& endpoint, const TlsFiles& files) {
  auto tls = make_tls(files);
  if (!tls) return std::unexpected(std::move(tls.error()));
  return impl_->listen(endpoint, std::move(*tls));
}
void HttpServer::stop() {
  impl_->stop();
}
std::size_t HttpServer::connection_count() const {
  return impl_->peers.size();
}

}  // namespace confab::http
