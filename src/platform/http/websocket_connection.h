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
  WebSocketConnection(std::shared_ptr<HttpServer::Impl> server, Stream stream,
                      const Endpoint& remote)
      : Peer(std::move(server), remote.address),
        socket_(std::move(stream)),
        wake_(socket_.get_executor()),
        deadline_(socket_.get_executor()),
        stall_(socket_.get_executor()) {}

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
    if (!queue_.empty() && queue_bytes_ + cost(data) > options.websocket_queue_bytes_max) {
      return give_up_reader();
    }
    queue_bytes_ += cost(data);
    queue_.push_back({is_binary, std::move(data)});
    wake_.cancel();
    if (queue_bytes_ > options.websocket_backlog_bytes) watch_progress();
  }

  void allow_large_messages() override {
    socket_.read_message_max(server().options.websocket_message_bytes_max);
  }

  void close() override {
    if (is_closing_ || is_over_) return;
    is_closing_ = true;
    wake_.cancel();
    // A peer that takes nothing would hold a write in flight, and with it the closing, forever.
    set_deadline(kLinger);
  }

  void stop() override { close(); }
  void give_way() override { abort(); }

 private:
  static constexpr Duration kLinger = 5s;
  static constexpr Duration kHandshakeTimeout = 10s;
  // Small frames travel at once, large ones in few pieces; most messages are small.
  static constexpr std::size_t kWriteBufferBytes = 512;
  // Most of the time nothing comes: little is held ready for the first piece of a message.
  static constexpr std::size_t kWaitingBytes = 128;
  static constexpr std::size_t kReadBytes = 8 * 1024;
  // A large message goes out in fragments of this size, each of which shows that the reader moves:
  // within the stall time of 5 s, one that takes 100 kbit/s.
  static constexpr std::size_t kPieceBytes = 64 * 1024;
  // What a queued message costs besides its bytes.
  static constexpr std::size_t kQueuedOverhead = 128;

  struct Queued {
    bool is_binary;
    std::string data;
  };

  boost::asio::awaitable<void> read(BeastRequest upgrade, Request request, UpgradeHandler handler) {
    namespace ws = boost::beast::websocket;
    constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
    // Idle connections are Engine.IO's to judge.
    socket_.set_option(ws::stream_base::timeout{kHandshakeTimeout, ws::stream_base::none(), false});
    socket_.read_message_max(server().options.websocket_first_message_bytes_max);
    socket_.write_buffer_bytes(kWriteBufferBytes);
    socket_.auto_fragment(false);
    const auto [accept_error] = co_await socket_.async_accept(upgrade, kToken);
    if (accept_error) co_return;
    InboundCharge charge(server(), request.remote.address);
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
      if (!socket_.is_message_done()) {
        if (!charge.grow_to(buffer.size())) co_return;
        if (buffer.size() == size && !is_closing_) set_deadline(server().options.request_timeout);
        continue;
      }
      charge.clear();
      if (!is_closing_) deadline_.cancel();
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
        // What is on its way is not counted against the queue: an answer may be as large as it is.
        const Queued next = std::move(queue_.front());
        queue_.pop_front();
        queue_bytes_ -= cost(next.data);
        if (!co_await write_in_pieces(next)) break;
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

  boost::asio::awaitable<bool> write_in_pieces(const Queued& message) {
    constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
    socket_.binary(message.is_binary);
    std::string_view rest = message.data;
    for (bool is_last = false; !is_last;) {
      const std::string_view piece = rest.substr(0, kPieceBytes);
      rest.remove_prefix(piece.size());
      is_last = rest.empty();
      const auto [error, size] =
          co_await socket_.async_write_some(is_last, boost::asio::buffer(piece), kToken);
      if (error) co_return false;
      ++pieces_written_;
    }
    co_return true;
  }

  static std::size_t cost(const std::string& data) { return data.size() + kQueuedOverhead; }

  // How much waits says nothing about the reader: a meeting may have a megabyte of news in one turn
  // of our loop, in which no socket could take anything. What its socket takes over seconds does.
  void watch_progress() {
    if (std::exchange(is_watched_, true)) return;
    stall_.expires_after(server().options.websocket_stall_timeout);
    stall_.async_wait([self = this->shared_from_this(),
                       before = pieces_written_](const boost::system::error_code& error) {
      if (error || self->is_over_) return;
      self->is_watched_ = false;
      if (self->queue_bytes_ <= self->server().options.websocket_backlog_bytes) return;
      if (self->pieces_written_ == before) return self->give_up_reader();
      self->watch_progress();
    });
  }

  void give_up_reader() {
    ++server().counts.readers_stuck;
    server().log.write(LogLevel::kInfo, "websocket.slow_reader",
                       {{"queued_bytes", queue_bytes_}, {"queued_messages", queue_.size()}});
    abort();
  }

  // For a message to become whole, or for the closing.
  void set_deadline(Duration time) {
    deadline_.expires_after(time);
    deadline_.async_wait([self = this->shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->abort();
    });
  }

  // Ends both coroutines: what they wait for fails.
  void abort() {
    boost::system::error_code ignored;
    boost::beast::get_lowest_layer(socket_).close(ignored);
    is_over_ = true;
    wake_.cancel();
    stall_.cancel();
  }

  void end() {
    abort();
    deadline_.cancel();
    message_handler_ = nullptr;
    if (OnClosed handler = std::exchange(closed_handler_, nullptr)) handler(close_code());
  }

  std::optional<std::uint16_t> close_code() const {
    const boost::beast::websocket::close_reason& reason = socket_.reason();
    return reason ? std::optional<std::uint16_t>(reason.code) : std::nullopt;
  }

  boost::beast::websocket::stream<Stream> socket_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer stall_;
  OnMessage message_handler_;
  OnClosed closed_handler_;
  std::list<Queued> queue_;  // nearly always empty, when a deque would hold half a kilobyte
  std::size_t queue_bytes_ = 0;
  std::uint64_t pieces_written_ = 0;
  bool is_watched_ = false;
  bool is_closing_ = false;
  bool is_over_ = false;
};

}  // namespace confab::http
