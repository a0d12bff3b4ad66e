// A client's WebSocket over a stream of either kind. Private to this module.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "platform/http/event_loop_impl.h"
#include "platform/http_client/client_stream.h"

namespace confab::http {

template <typename Stream>
class WebSocketClient final : public ClientWebSocket,
                              public std::enable_shared_from_this<WebSocketClient<Stream>> {
 public:
  WebSocketClient(boost::asio::io_context& context, const ClientTarget& target, std::string path,
                  Handlers handlers)
      : target_(target),
        path_(std::move(path)),
        handlers_(std::move(handlers)),
        socket_(StreamMaker<Stream>::make(context, target)),
        deadline_(context) {}

  void start() {
    auto self = this->shared_from_this();
    deadline_.expires_after(target_.timeout);
    deadline_.async_wait([self](const boost::system::error_code& error) {
      if (!error) self->end("not open in time");
    });
    boost::asio::co_spawn(deadline_.get_executor(), run(self), boost::asio::detached);
  }

  void send(std::string text) override {
    if (is_over_) return;
    queue_.push_back(std::move(text));
    write_next();
  }

  void close() override { end("closed by us"); }

 private:
  // The parameter keeps the object as long as the coroutine lives.
  boost::asio::awaitable<void> run(std::shared_ptr<WebSocketClient> /*self*/) {
    if (const auto error = co_await open_stream(socket_.next_layer(), target_)) {
      co_return end(error.message());
    }
    socket_.read_message_max(target_.message_bytes_max);
    socket_.set_option(boost::beast::websocket::stream_base::decorator(
        [headers = target_.headers](boost::beast::websocket::request_type& request) {
          for (const auto& [name, value] : headers) request.set(name, value);
        }));
    const auto [error] =
        co_await socket_.async_handshake(target_.origin.authority(), path_, kAwait);
    if (error) co_return end(error.message());
    deadline_.cancel();
    is_open_ = true;
    handlers_.on_open();
    write_next();
    co_await read();
  }

  boost::asio::awaitable<void> read() {
    boost::beast::flat_buffer buffer;
    while (!is_over_) {
      const auto [error, size] = co_await socket_.async_read(buffer, kAwait);
      if (error) co_return end(error.message());
      std::string text = boost::beast::buffers_to_string(buffer.data());
      buffer.clear();
      if (socket_.got_text() && !is_over_) handlers_.on_text(std::move(text));
    }
  }

  void write_next() {
    if (!is_open_ || is_writing_ || is_over_ || queue_.empty()) return;
    is_writing_ = true;
    socket_.text(true);
    socket_.async_write(
        boost::asio::buffer(queue_.front()),
        [self = this->shared_from_this()](const boost::system::error_code& error, std::size_t) {
          self->is_writing_ = false;
          if (error) return self->end(error.message());
          self->queue_.pop_front();
          self->write_next();
        });
  }

  void end(std::string_view why) {
    if (is_over_) return;
    is_over_ = true;
    deadline_.cancel();
    boost::system::error_code ignored;
    lowest_layer(socket_.next_layer()).close(ignored);
    if (handlers_.on_closed) std::exchange(handlers_.on_closed, nullptr)(why);
  }

  ClientTarget target_;
  std::string path_;
  Handlers handlers_;
  boost::beast::websocket::stream<Stream> socket_;
  boost::asio::steady_timer deadline_;
  std::deque<std::string> queue_;
  bool is_open_ = false;
  bool is_writing_ = false;
  bool is_over_ = false;
};

}  // namespace confab::http
