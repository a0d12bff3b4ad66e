// Opening the connection under a request or a WebSocket: TCP, and TLS where the origin asks.
// Private to this module.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <string>

#include "platform/http/tcp_endpoint.h"
#include "platform/http_client/http_client.h"

namespace confab::http {

using TcpSocket = boost::asio::ip::tcp::socket;
using TlsSocket = boost::asio::ssl::stream<TcpSocket>;
inline constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

// One stream of each kind, made for a target.
template <typename Stream>
struct StreamMaker;

template <>
struct StreamMaker<TcpSocket> {
  static TcpSocket make(boost::asio::io_context& context, const ClientTarget&) {
    return TcpSocket(context);
  }
  static boost::asio::awaitable<boost::system::error_code> handshake(TcpSocket&) {
    co_return boost::system::error_code{};
  }
};

template <>
struct StreamMaker<TlsSocket> {
  static TlsSocket make(boost::asio::io_context& context, const ClientTarget& target);
  static boost::asio::awaitable<boost::system::error_code> handshake(TlsSocket& stream) {
    const auto [error] =
        co_await stream.async_handshake(boost::asio::ssl::stream_base::client, kAwait);
    co_return error;
  }
};

inline TcpSocket& lowest_layer(TcpSocket& stream) {
  return stream;
}
inline TcpSocket& lowest_layer(TlsSocket& stream) {
  return stream.next_layer();
}

template <typename Stream>
boost::asio::awaitable<boost::system::error_code> open_stream(Stream& stream,
                                                              const ClientTarget& target) {
  TcpSocket& socket = lowest_layer(stream);
  const auto [error] =
      co_await socket.async_connect(to_tcp_endpoint({target.address, target.origin.port}), kAwait);
  if (error) co_return error;
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  co_return co_await StreamMaker<Stream>::handshake(stream);
}

}  // namespace confab::http
