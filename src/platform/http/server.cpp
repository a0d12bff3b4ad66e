#include "platform/http/server.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "base/check.h"
#include "platform/clock/clock.h"
#include "platform/http/forwarded.h"
#include "platform/http/host.h"
#include "platform/http/server_impl.h"

namespace confab::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n"
    "Content-Length: 0\r\n\r\n";

void say_full(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(kTooManyConnections), ignored);
}

std::unexpected<Error> cannot_listen(const Endpoint& endpoint,
                                     const boost::system::error_code& error) {
  return fail(ErrorCode::kUnavailable,
              "cannot listen on " + endpoint.to_string() + ": " + error.message());
}

Result<std::unique_ptr<asio::ssl::context>> make_tls(const TlsFiles& files) {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
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
  // RFC 9325 §4.2: of TLS 1.2 the authenticated ciphers with ephemeral keys, none of CBC.
  if (SSL_CTX_set_cipher_list(tls->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return fail(ErrorCode::kUnavailable, "the TLS library knows none of the ciphers we serve");
  }
  // Idle connections are many; their record buffers need not be kept.
  SSL_CTX_set_mode(tls->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return tls;
}

}  // namespace

Peer::Peer(std::shared_ptr<HttpServer::Impl> server, const IpAddress& from)
    : server_(std::move(server)), id_(server_->enter(*this, from)) {}
Peer::~Peer() {
  server_->leave(id_);
}
void Peer::set_idle(bool is_idle) {
  server_->set_idle(id_, is_idle);
}

InboundCharge::~InboundCharge() {
  clear();
}
bool InboundCharge::grow_to(std::size_t bytes) {
  if (bytes <= charged_) return true;
  // A proxy brings what many people send.
  if (is_trusted(from_, server_.options.trusted_proxies)) return true;
  if (!server_.inbound.take(from_, bytes - charged_)) {
    ++server_.counts.inbound_full;
    return false;
  }
  charged_ = bytes;
  return true;
}
void InboundCharge::clear() {
  server_.inbound.give_back(from_, std::exchange(charged_, 0));
}

Admission::Id HttpServer::Impl::enter(Peer& peer, const IpAddress& from) {
  const Admission::Id id = admission_.add(from);
  peers_[id] = &peer;
  return id;
}

void HttpServer::Impl::leave(Admission::Id peer) {
  admission_.remove(peer);
  peers_.erase(peer);
}

bool HttpServer::Impl::make_room(std::optional<Admission::Id> idle) {
  if (!idle) return false;
  ++counts.connections_evicted;
  // Its object lives on for a moment, its place is free from now.
  admission_.remove(*idle);
  peers_.at(*idle)->give_way();
  return true;
}

void HttpServer::Impl::note_forwarded(const Request& request, const IpAddress& peer) {
  if (has_noted_forwarded_ || request.header("X-Forwarded-For").empty() ||
      is_trusted(peer, options.trusted_proxies)) {
    return;
  }
  has_noted_forwarded_ = true;
  log.write(LogLevel::kWarn, "http.forwarded_not_believed",
            {{"remedy",
              "name your reverse proxy in http.trusted_proxies: until then all who come "
              "by it share the limits of one address"}});
}

std::optional<Response> HttpServer::Impl::refusal_of(const Request& request, bool is_upgrade) {
  const bool is_by_name = options.hosts && !is_own_host(request.header("Host"), *options.hosts);
  const bool is_reading =
      !is_upgrade && (request.method == Method::kGet || request.method == Method::kHead);
  const bool is_foreign = !is_reading && !cors.admits(request);
  if (!is_by_name && !is_foreign) return std::nullopt;
  ++counts.requests_foreign;
  if (is_foreign && !std::exchange(has_noted_foreign_, true)) {
    log.write(LogLevel::kWarn, "http.origin_refused",
              {{"remedy",
                "a page of another site asked: name it in http.cors_origins if it may; if "
                "it was our own, the proxy must pass Host on, or be named in "
                "http.trusted_proxies and set X-Forwarded-Host"}});
  }
  return Response::error(
      {ErrorCode::kForbidden,
       is_by_name ? "this server is not asked by that name (admin.hosts)"
                  : "pages of that origin may not use this server (http.cors_origins)"});
}

void HttpServer::Impl::dispatch(Request request, Responder responder) {
  const Route* route = router.find(request.path, request.params);
  responder.measure(route == nullptr ? fallback_counts : route->counts);
  if (auto answer = guard ? guard(request) : std::nullopt) {
    ++counts.requests_limited;
    return responder.send(std::move(*answer));
  }
  if (Cors::is_preflight(request)) {
    responder.send(cors.preflight(request));
    return;
  }
  if (auto refusal = refusal_of(request, false)) {
    responder.send(std::move(*refusal));
    return;
  }
  if (route == nullptr) {
    if (fallback) {
      fallback(std::move(request), std::move(responder));
    } else {
      responder.send(Response::error({ErrorCode::kNotFound, "there is nothing here"}));
    }
    return;
  }
  if (const Handler* handler = handler_for(*route, request.method)) {
    (*handler)(std::move(request), std::move(responder));
    return;
  }
  Response response =
      Response::error({ErrorCode::kInvalidArgument, "this method is not for here"}, 405);
  response.headers.emplace_back("Allow", allowed_methods(*route));
  responder.send(std::move(response));
}

Result<Endpoint> HttpServer::Impl::listen(const Endpoint& endpoint, bool is_tls) {
  const tcp::endpoint wanted = to_tcp_endpoint(endpoint);
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
  start_accepting(std::move(acceptor), is_tls);
  return bound;
}

void HttpServer::Impl::start_accepting(std::shared_ptr<Acceptor> acceptor, bool is_tls) {
  co_spawn(context, accept_loop(acceptor, is_tls),
           [self = shared_from_this(), acceptor, is_tls](const std::exception_ptr& exception) {
             if (!exception) return;
             // Out of memory for one connection: a listener that ended here would be silent.
             self->note_exception(exception);
             self->start_accepting(acceptor, is_tls);
           });
}

asio::awaitable<void> HttpServer::Impl::accept_loop(std::shared_ptr<Acceptor> acceptor,
                                                    bool is_tls) {
  constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
  constexpr Duration kPause = 100ms;
  const auto self = shared_from_this();
  while (!is_stopping) {
    auto [error, socket] = co_await acceptor->async_accept(kToken);
    if (is_stopping || error == asio::error::operation_aborted) co_return;
    if (!error) {
      serve(std::move(socket), is_tls);
      continue;
    }
    // Each idle one that is closed lets one in; without them the others are given a moment to end.
    const bool is_out = error == asio::error::no_descriptors ||
                        error.value() == boost::system::errc::too_many_files_open_in_system;
    if (is_out && make_room(admission_.idlest())) continue;
    handle_accept_failure(*acceptor, error, is_tls);
    asio::steady_timer pause(context, kPause);
    co_await pause.async_wait(kToken);
  }
}

void HttpServer::Impl::serve(tcp::socket socket, bool is_tls) {
  boost::system::error_code error;
  const Endpoint remote = to_endpoint(socket.remote_endpoint(error));
  if (error) return;  // gone already
  std::optional<Admission::Id> evict;
  const Admission::Verdict verdict = admission_.newcomer(remote.address, evict);
  if (verdict != Admission::Verdict::kAdmit) {
    ++(verdict == Admission::Verdict::kFull ? counts.connections_full
                                            : counts.connections_address_full);
    if (!is_tls) say_full(socket);
    return;
  }
  make_room(evict);
  socket.set_option(tcp::no_delay(true), error);
  if (is_tls) {
    serve_tls(shared_from_this(), std::move(socket), remote, *tls);
  } else {
    serve_plain(shared_from_this(), std::move(socket), remote);
  }
}

void HttpServer::Impl::handle_accept_failure(Acceptor& acceptor,
                                             const boost::system::error_code& error, bool is_tls) {
  constexpr Duration kBetweenLines = 10s;
  constexpr int kRefusedAtOnce = 64;
  ++counts.accept_failures;
  if (const Instant now = monotonic_now(); now >= next_accept_line_) {
    next_accept_line_ = now + kBetweenLines;
    log.write(LogLevel::kWarn, "http.accept_failed",
              {{"reason", error.message()}, {"times", counts.accept_failures}});
  }
  if (!reserve_.give_up()) return reserve_.take();
  boost::system::error_code refused;
  acceptor.non_blocking(true, refused);
  for (int i = 0; i < kRefusedAtOnce && !refused; ++i) {
    tcp::socket socket = acceptor.accept(refused);
    if (!refused && !is_tls) say_full(socket);
  }
  reserve_.take();
}

void HttpServer::Impl::stop() {
  is_stopping = true;
  for (const auto& acceptor : acceptors_) {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  }
  acceptors_.clear();
  std::vector<Peer*> all;
  for (const auto& [id, peer] : peers_) all.push_back(peer);
  for (Peer* peer : all) peer->stop();
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
void HttpServer::tunnel(std::string_view pattern, Handler handler) {
  impl_->router.at(pattern).tunnel = std::move(handler);
}
void HttpServer::guard(std::function<std::optional<Response>(const Request& request)> guard) {
  impl_->guard = std::move(guard);
}
void HttpServer::fallback(Handler handler) {
  impl_->fallback = std::move(handler);
}

void HttpServer::once(
    const Request& request, IdempotentAnswers::Caller caller, Responder responder,
    std::move_only_function<void(const Request& request, Responder responder)> carry_out,
    std::string_view who) {
  const auto slot = IdempotentAnswers::slot_of(request, caller, who);
  if (!slot) return carry_out(request, std::move(responder));
  if (!*slot) return responder.send(Response::error(slot->error()));
  IdempotentAnswers& made = impl_->made;
  if (auto known = made.begin(**slot, monotonic_now())) return responder.send(std::move(*known));
  // An answer that nobody waits for any more is the one that will be asked for again. The exchange
  // is shared with its own wake, which lets go of it.
  const auto exchange = std::make_shared<std::shared_ptr<Exchange>>();
  *exchange = std::make_shared<Exchange>(
      [impl = std::weak_ptr(impl_), slot = **slot, exchange, to = std::move(responder)]() mutable {
        const auto answered = std::exchange(*exchange, nullptr);
        Response response = *answered->take_answer();
        if (const auto self = impl.lock()) self->made.finish(slot, response, monotonic_now());
        to.send(std::move(response));
      });
  carry_out(request, Responder(*exchange));
}

Result<Endpoint> HttpServer::listen(const Endpoint& endpoint) {
  // By which tests know that they have seen all of it.
  for (const std::string& each : impl_->router.list()) {
    impl_->log.write(LogLevel::kDebug, "http.route", {{"route", each}});
  }
  return impl_->listen(endpoint, false);
}
Result<Endpoint> HttpServer::listen_tls(const Endpoint& endpoint, const TlsFiles& files) {
  if (auto used = use_certificate(files); !used) return std::unexpected(std::move(used.error()));
  return impl_->listen(endpoint, true);
}
Result<void> HttpServer::use_certificate(const TlsFiles& files) {
  auto tls = make_tls(files);
  if (!tls) return std::unexpected(std::move(tls.error()));
  impl_->tls = std::move(*tls);
  return {};
}
void HttpServer::stop() {
  impl_->stop();
}
std::size_t HttpServer::connection_count() const {
  return impl_->peer_count();
}
const HttpServer::Counts& HttpServer::counts() const {
  return impl_->counts;
}
const IdempotentAnswers::Counts& HttpServer::idempotency() const {
  return impl_->made.counts();
}

void HttpServer::for_each_route(
    const std::function<void(std::string_view pattern, const RouteCounts& counts)>& tell) const {
  impl_->router.for_each([&](std::string_view pattern, const Route& route) {
    if (route.any_method || !route.handlers.empty()) tell(pattern, *route.counts);
  });
  tell("/*", *impl_->fallback_counts);
}

}  // namespace confab::http
