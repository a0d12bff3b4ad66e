// One HTTP/1.1 connection over a plain or TLS stream: requests one after the other, each answered
// when its handler likes, until it ends, misbehaves or becomes a WebSocket.
#pragma once

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/byte_stream.h"
#include "platform/http/host.h"
#include "platform/http/request_builder.h"
#include "platform/http/request_head.h"
#include "platform/http/response_head.h"
#include "platform/http/server_impl.h"
#include "platform/http/tunnel_connection.h"
#include "platform/http/websocket_connection.h"

namespace confab::http {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// What to answer to bytes that Beast refuses.
inline unsigned status_of(const boost::system::error_code& error) {
  using boost::beast::http::error;
  if (error == error::header_limit || error == error::buffer_overflow) return 431;
  if (error == error::body_limit) return 413;
  return 400;
}

template <typename Stream>
class HttpConnection final : public Peer,
                             public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(std::shared_ptr<HttpServer::Impl> server, Stream stream, Endpoint remote,
                 bool is_tls)
      : Peer(std::move(server), remote.address),
        stream_(std::move(stream)),
        wake_(stream_.get_executor()),
        deadline_(stream_.get_executor()),
        buffer_(this->server().options.header_bytes_max + 2 * kReadBytes),
        remote_(remote),
        is_tls_(is_tls) {}

  // `open` prepares the stream before the first request (the handshake of TLS).
  template <typename Open>
  void start(Open open) {
    auto self = this->shared_from_this();
    co_spawn(
        stream_.get_executor(),
        [self, open]() -> boost::asio::awaitable<void> { return self->run(open); },
        [self](const std::exception_ptr& exception) {
          self->server().note_exception(exception);
          if (self->exchange_) self->exchange_->abandon();
          if (!self->is_handed_over_) self->abort();
          self->deadline_.cancel();
        });
  }

  void stop() override {
    if (is_idle_) abort();
  }
  void give_way() override { abort(); }

 private:
  static constexpr std::size_t kReadBytes = 8 * 1024;
  static constexpr std::size_t kWriteBytes = 256 * 1024;
  // For a peer that still sends to read why it is refused.
  static constexpr Duration kLinger = 1s;
  // Half a year. Without the names below ours: those are not ours to decide about.
  static constexpr std::string_view kStrictTransport = "max-age=15552000";
  static constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
  enum class ReadAhead : std::uint8_t { kYes, kNo };

  template <typename Open>
  boost::asio::awaitable<void> run(Open open) {
    set_deadline(server().options.request_timeout);
    if (!co_await open(stream_)) co_return;
    bool goes_on = true;
    while (goes_on && !server().is_stopping) goes_on = co_await serve_one();
  }

  // False: the connection is over, or is not HTTP any more.
  boost::asio::awaitable<bool> serve_one() {
    mark_idle(true);
    set_deadline(server().options.idle_timeout);
    if (buffer_.size() == 0 && !co_await read_more()) co_return false;
    mark_idle(false);
    set_deadline(server().options.request_timeout);
    if (!co_await read_head()) co_return false;
    RequestParser parser;
    parser.header_limit(static_cast<std::uint32_t>(server().options.header_bytes_max));
    parser.body_limit(server().options.body_bytes_max);
    parser.eager(true);
    if (!co_await read_request(parser)) co_return false;
    const bool keep_alive = parser.get().keep_alive();
    // RFC 9112 §6.1: HTTP/1.0 knows no chunks.
    const auto framing =
        parser.get().version() < 11 ? StreamFraming::kUntilClose : StreamFraming::kChunked;
    const bool is_upgrade = boost::beast::websocket::is_upgrade(parser.get());
    BeastRequest message = parser.release();
    auto request = build_request(message, remote_, server().options.trusted_proxies, is_tls_);
    if (!request) {
      co_await refuse(400);
      co_return false;
    }
    server().note_forwarded(*request, remote_.address);
    if (is_upgrade) co_return co_await upgrade(std::move(message), std::move(*request));
    const bool has_body = request->method != Method::kHead;
    const std::string origin(request->header("Origin"));
    const bool is_strict = is_tls_ && server().options.strict_transport && may_be_strict(*request);
    auto response = co_await ask(
        [&](Responder responder) { server().dispatch(std::move(*request), std::move(responder)); });
    if (!response) co_return false;
    server().cors.allow(origin, response->headers);
    if (is_strict) response->headers.emplace_back("Strict-Transport-Security", kStrictTransport);
    const bool goes_on = keep_alive && !server().is_stopping;
    if (response->is_stream) co_return co_await write_stream(*response, goes_on, has_body, framing);
    co_return co_await write(*response, goes_on, has_body);
  }

  // All of the head is there and says without doubt where the body ends; otherwise it was refused,
  // or the peer is gone.
  boost::asio::awaitable<bool> read_head() {
    std::size_t seen = 0;
    for (;;) {
      const auto data = buffer_.data();
      const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
      const HeadState state = find_head_end(bytes, seen);
      const bool is_whole = state == HeadState::kComplete;
      std::optional<unsigned> status;
      if (state == HeadState::kBroken) status = 400;
      if ((is_whole ? seen : bytes.size()) > server().options.header_bytes_max) status = 431;
      if (is_whole && !status) status = refusal_of_head(bytes.substr(0, seen));
      if (status) co_await refuse_malformed(*status);
      if (status || is_whole) co_return !status;
      if (!co_await read_more()) co_return false;
    }
  }

  boost::asio::awaitable<bool> read_request(RequestParser& parser) {
    bool was_told_to_continue = false;
    InboundCharge charge(server(), remote_.address);
    while (!parser.is_done()) {
      boost::system::error_code error;
      const std::size_t used = parser.put(buffer_.data(), error);
      buffer_.consume(used);
      if (error && error != boost::beast::http::error::need_more) {
        co_await refuse_malformed(status_of(error));
        co_return false;
      }
      if (parser.is_done()) break;
      if (!charge.grow_to(parser.get().body().size())) {
        // What was refused makes room before the peer is told, which may take a moment.
        std::string().swap(parser.get().body());
        charge.clear();
        co_await refuse(503);
        co_return false;
      }
      if (parser.is_header_done() && !was_told_to_continue) {
        was_told_to_continue = true;
        if (!co_await say_continue(parser.get())) co_return false;
      }
      const bool is_stuck = error || used == 0 || buffer_.size() == 0;
      // RFC 9112 §7.1.1: the extension of a chunk, or a trailer, has its limit too.
      if (is_stuck && buffer_.size() + kReadBytes > buffer_.max_size()) {
        co_await refuse_malformed(400);
        co_return false;
      }
      if (is_stuck && !co_await read_more()) co_return false;
    }
    co_return true;
  }

  // RFC 9110 §10.1.1.
  boost::asio::awaitable<bool> say_continue(const BeastRequest& message) {
    if (!boost::beast::http::token_list(message[boost::beast::http::field::expect])
             .exists("100-continue")) {
      co_return true;
    }
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [error, size] =
        co_await async_write(stream_, boost::asio::buffer(kContinue), kToken);
    co_return !error;
  }

  // The handler's answer, whenever it comes; nothing when the client hung up before.
  template <typename Start>
  boost::asio::awaitable<std::optional<Response>> ask(Start start,
                                                      ReadAhead read_ahead = ReadAhead::kYes) {
    deadline_.cancel();
    auto exchange = std::make_shared<Exchange>([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->wake_.cancel();
    });
    exchange_ = exchange;
    start(Responder(exchange));
    for (;;) {
      if (auto response = exchange->take_answer()) {
        exchange_.reset();
        co_return response;
      }
      if (is_ended_) {
        exchange->abandon();
        co_return std::nullopt;
      }
      // Reading ahead shows a client that hangs up; what it sends meanwhile is its next request.
      // Not behind bytes that are there already: taking those out would move the place of the read.
      if (buffer_.size() == 0 && read_ahead == ReadAhead::kYes) start_reading();
      co_await wait();
    }
  }

  boost::asio::awaitable<bool> upgrade(BeastRequest message, Request request) {
    const Route* route = server().router.find(request.path, request.params);
    if (route == nullptr || !(route->upgrade || route->tunnel)) {
      co_await refuse(404);
      co_return false;
    }
    auto refusal = server().refusal_of(request, true);
    if (!refusal && route->tunnel) co_return co_await tunnel(*route, std::move(request));
    if (!refusal) refusal = route->upgrade_check(request);
    if (refusal) {
      co_await write(*refusal, false, true);
      co_await linger();
      co_return false;
    }
    // Nobody may talk WebSocket before the switch.
    if (buffer_.size() != 0) {
      co_await refuse(400);
      co_return false;
    }
    deadline_.cancel();
    is_handed_over_ = true;
    std::make_shared<WebSocketConnection<Stream>>(shared_server(), std::move(stream_), remote_)
        ->start(std::move(message), std::move(request), route->upgrade);
    co_return false;
  }

  // Nothing is read meanwhile: what the client says next is not ours. That it hung up shows when it
  // is answered, which whoever answers sees to within seconds.
  boost::asio::awaitable<bool> tunnel(const Route& route, Request request) {
    if (buffer_.size() != 0) {
      co_await refuse(400);
      co_return false;
    }
    auto response = co_await ask(
        [&](Responder responder) { route.tunnel(std::move(request), std::move(responder)); },
        ReadAhead::kNo);
    if (!response) co_return false;
    if (response->status != 101 || !response->switched) {
      co_await write(*response, false, true);
      co_await linger();
      co_return false;
    }
    set_deadline(server().options.idle_timeout);
    const std::string head = switching_head(*response) + response->body;
    const auto [error, size] = co_await async_write(stream_, boost::asio::buffer(head), kToken);
    if (error) co_return false;
    deadline_.cancel();
    is_handed_over_ = true;
    response->switched(
        std::make_shared<TunnelConnection<Stream>>(shared_server(), std::move(stream_), remote_));
    co_return false;
  }

  // RFC 6797 §8.1.1 has no use for addresses, and of localhost every other server on the machine
  // would pay. With a port in the Host it would send those who know our plain port to a TLS
  // handshake there: a browser keeps the port.
  static bool may_be_strict(const Request& request) {
    const HostAndPort asked = split_host(request.host);
    return asked.port.empty() && asked.host.contains('.') && !is_ip_literal(asked.host);
  }

  // ---- writing ----

  boost::asio::awaitable<bool> write(const Response& response, bool keep_alive, bool has_body) {
    const std::string head = response_head(response, keep_alive, wall_unix_ms());
    if (response.source) {
      const std::uint64_t bytes = has_body ? response.source_bytes : 0;
      co_return co_await write_from(*response.source, head, bytes) && keep_alive;
    }
    std::string_view rest = has_body ? response_body(response) : std::string_view{};
    std::string_view first = head;
    // In pieces, so that a slow reader is given time by what it takes.
    do {
      set_deadline(server().options.idle_timeout);
      const std::string_view piece = rest.substr(0, kWriteBytes);
      const std::array<boost::asio::const_buffer, 2> buffers = {boost::asio::buffer(first),
                                                                boost::asio::buffer(piece)};
      const auto [error, size] = co_await async_write(stream_, buffers, kToken);
      if (error) co_return false;
      rest.remove_prefix(piece.size());
      first = {};
    } while (!rest.empty());
    co_return keep_alive;
  }

  // One piece is in memory at a time. A body that ends early ends the connection: nothing else
  // tells the client that it is not whole.
  boost::asio::awaitable<bool> write_from(BodySource& source, std::string piece,
                                          std::uint64_t left) {
    for (;;) {
      set_deadline(server().options.idle_timeout);
      const auto [error, size] = co_await async_write(stream_, boost::asio::buffer(piece), kToken);
      if (error) co_return false;
      if (left == 0) co_return true;
      deadline_.cancel();  // who reads from elsewhere knows how long to wait
      auto next = co_await next_piece(source);
      if (!next || next->empty() || next->size() > left) co_return false;
      piece = *std::move(next);
      left -= piece.size();
    }
  }

  // As much as the source has, for as long as it has any.
  boost::asio::awaitable<bool> write_stream(const Response& response, bool keep_alive,
                                            bool has_body, StreamFraming framing) {
    keep_alive = keep_alive && framing == StreamFraming::kChunked;
    std::string out = response_head(response, keep_alive, wall_unix_ms(), framing);
    for (bool is_over = !has_body;;) {
      set_deadline(server().options.idle_timeout);
      const auto [error, size] = co_await async_write(stream_, boost::asio::buffer(out), kToken);
      if (error) co_return false;
      if (is_over) co_return keep_alive;
      deadline_.cancel();
      auto next = co_await next_piece(*response.source);
      // Without the last chunk it is not whole, which the client sees.
      if (!next) co_return false;
      is_over = next->empty();
      out = framed(*std::move(next), framing);
    }
  }

  // Nothing when it will not come, or nobody waits for it any more.
  boost::asio::awaitable<std::optional<std::string>> next_piece(BodySource& source) {
    const auto arrived = std::make_shared<std::optional<Result<std::string>>>();  // outlives us
    source.read([weak = this->weak_from_this(), arrived](Result<std::string> piece) {
      *arrived = std::move(piece);
      if (const auto self = weak.lock()) self->wake_.cancel();
    });
    while (!*arrived) {
      if (is_ended_) co_return std::nullopt;
      if (buffer_.size() == 0) start_reading();
      co_await wait();
    }
    if (!**arrived) co_return std::nullopt;
    co_return std::move(***arrived);
  }

  boost::asio::awaitable<void> refuse_malformed(unsigned status) {
    ++server().counts.requests_malformed;
    return refuse(status);
  }

  boost::asio::awaitable<void> refuse(unsigned status) {
    set_deadline(server().options.idle_timeout);
    co_await write(Response::refusal(status), false, true);
    co_await linger();
  }

  // Closing while the peer still sends would reset the connection, and it would never see why.
  boost::asio::awaitable<void> linger() {
    set_deadline(kLinger);
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream_).shutdown(boost::asio::socket_base::shutdown_send,
                                                     ignored);
    do {
      buffer_.clear();
    } while (co_await read_more());
  }

  // ---- reading ----

  // One read at a time, which may outlive what it was begun for.
  void start_reading() {
    if (is_reading_ || is_ended_) return;
    is_reading_ = true;
    stream_.async_read_some(buffer_.prepare(kReadBytes),
                            [self = this->shared_from_this()](
                                const boost::system::error_code& error, std::size_t size) {
                              self->is_reading_ = false;
                              if (error) self->is_ended_ = true;
                              self->buffer_.commit(size);
                              self->wake_.cancel();
                            });
  }

  boost::asio::awaitable<bool> read_more() {
    start_reading();
    while (is_reading_) co_await wait();
    co_return !is_ended_;
  }

  boost::asio::awaitable<void> wait() {
    wake_.expires_at(boost::asio::steady_timer::time_point::max());
    co_await wake_.async_wait(kToken);
  }

  void set_deadline(Duration time) {
    deadline_.expires_after(time);
    deadline_.async_wait([weak = this->weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self && !self->is_handed_over_) self->abort();
    });
  }

  void mark_idle(bool is_idle) {
    is_idle_ = is_idle;
    set_idle(is_idle);
  }

  void abort() {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(stream_).close(ignored);
  }

  Stream stream_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  const Endpoint remote_;
  const bool is_tls_;
  std::shared_ptr<Exchange> exchange_;  // shared with the Responder
  bool is_idle_ = false;
  bool is_reading_ = false;
  bool is_ended_ = false;
  bool is_handed_over_ = false;
};

}  // namespace confab::http
