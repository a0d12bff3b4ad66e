// A WebSocket over a plain or TLS stream: a reading and a writing coroutine that share the object.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/http/request_builder.h"
#include "platform/http/server_impl.h"

namespace confab::http {

template <typename Stream>
class WebSocketConnection final : public WebSocket,
                                  public Peer,
                                  public std::enable_shared_from_this<WebSocketConnection<Stream>> {
 public:
  WebSocketConnection(std::shared_ptr<HttpServer::Impl> server, Stream stream)
      : Peer(std::move(server)),
        socket_(std::move(stream)),
        wake_(socket_.get_executor()),
        linger_(socket_.get_executor()) {}

  void start(BeastRequest upgrade, Request request, UpgradeHandler handler) {
    auto self = this->shared_from_this();
    co_spawn(
        socket_.get_executor(),
        [self, upgrade = std::move(upgrade), request = std::move(request),
         handler = std::move(handler)]() mutable -> boost::asio::awaitable<void> {
          return self->read(std::move(upgrade), std::move(request), std::move(handler));
        },
        [self](const std::exception_ptr& exception) {
          self->server().note_exception(exception);
          self->end();
        });
  }

  void on_message(OnMessage handler) override { message_handler_ = std::move(handler); }
  void on_closed(OnClosed handler) override { closed_handler_ = std::move(handler); }

  void send(bool is_binary, std::string data) override {
    if (is_closing_ || is_over_) return;
    const ServerOptions& options = server().options;
    // One message above the limit still goes if nothing waits before it.
    if (!queue_.empty() && (queue_.size() >= options.websocket_queue_messages_max ||
                            queue_bytes_ + data.size() > options.websocket_queue_bytes_max)) {
      server().log.write(LogLevel::kInfo, "websocket.slow_reader",
                         {{"queued_bytes", queue_bytes_}, {"queued_messages", queue_.size()}});
      abort();
      return;
    }
    queue_bytes_ += data.size();
    queue_.push_back({is_binary, std::move(data)});
    wake_.cancel();
  }

  void close() override {
    if (is_closing_ || is_over_) return;
    is_closing_ = true;
    wake_.cancel();
    // A peer that takes nothing would hold a write in flight, and with it the closing, forever.
    linger_.expires_after(kLinger);
    linger_.async_wait([self = this->shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->abort();
    });
  }

  void stop() override { close(); }

 private:
  static constexpr Duration kLinger = 5s;
  static constexpr Duration kHandshakeTimeout = 10s;
  // Small frames travel at once, large ones in few pieces; most messages are small.
  static constexpr std::size_t kWriteBufferBytes = 512;
  // Most of the time nothing comes: little is held ready for the first piece of a message.
  static constexpr std::size_t kWaitingBytes = 128;
  static constexpr std::size_t kReadBytes = 8 * 1024;

  struct Queued {
    bool is_binary;
    std::string data;
  };

  boost::asio::awaitable<void> read(BeastRequest upgrade, Request request, UpgradeHandler handler) {
    namespace ws = boost::beast::websocket;
    constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
    // Idle connections are Engine.IO's to judge.
    socket_.set_option(ws::stream_base::timeout{kHandshakeTimeout, ws::stream_base::none(), false});
    socket_.read_message_max(server().options.websocket_message_bytes_max);
    socket_.write_buffer_bytes(kWriteBufferBytes);
    socket_.auto_fragment(false);
    const auto [accept_error] = co_await socket_.async_accept(upgrade, kToken);
    if (accept_error) co_return;
    handler(request, this->shared_from_this());
    // This coroutine lives as long as the connection, and nobody asks for them any more.
    upgrade = {};
    request = {};
    co_spawn(socket_.get_executor(), write(this->shared_from_this()),
             [self = this->shared_from_this()](const std::exception_ptr& exception) {
               self->server().note_exception(exception);
             });
    boost::beast::flat_buffer buffer;
    while (!is_over_) {
      const std::size_t room = buffer.size() == 0 ? kWaitingBytes : kReadBytes;
      const auto [error, size] = co_await socket_.async_read_some(buffer, room, kToken);
      if (error) co_return;
      if (!socket_.is_message_done()) continue;
      std::string data = boost::beast::buffers_to_string(buffer.data());
      buffer.clear();
      buffer.shrink_to_fit();
      if (message_handler_) message_handler_(socket_.got_binary(), std::move(data));
    }
  }

  // The parameter keeps the object as long as the coroutine lives.
  boost::asio::awaitable<void> write(std::shared_ptr<WebSocketConnection> /*self*/) {
    constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
    while (!is_over_) {
      if (!queue_.empty()) {
        const Queued& next = queue_.front();
        socket_.binary(next.is_binary);
        const auto [error, size] =
            co_await socket_.async_write(boost::asio::buffer(next.data), kToken);
        if (error) break;
        queue_bytes_ -= next.data.size();
        queue_.pop_front();
      } else if (is_closing_) {
        co_await socket_.async_close(boost::beast::websocket::close_code::normal, kToken);
        break;
      } else {
        wake_.expires_at(boost::asio::steady_timer::time_point::max());
        co_await wake_.async_wait(kToken);
      }
    }
    abort();
  }

  // Ends both coroutines: what they wait for fails.
  void abort() {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(socket_).close(ignored);
    is_over_ = true;
    wake_.cancel();
  }

  void end() {
    abort();
    linger_.cancel();
    message_handler_ = nullptr;
    if (OnClosed handler = std::exchange(closed_handler_, nullptr)) handler(close_code());
  }

  std::optional<std::uint16_t> close_code() const {
    const boost::beast::websocket::close_reason& reason = socket_.reason();
    return reason ? std::optional<std::uint16_t>(reason.code) : std::nullopt;
  }

  boost::beast::websocket::stream<Stream> socket_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer linger_;
  OnMessage message_handler_;
  OnClosed closed_handler_;
  std::list<Queued> queue_;  // nearly always empty, when a deque would hold half a kilobyte
  std::size_t queue_bytes_ = 0;
  bool is_closing_ = false;
  bool is_over_ = false;
};

}  // namespace confab::http
