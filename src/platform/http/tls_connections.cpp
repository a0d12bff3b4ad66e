#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "platform/http/connection.h"

namespace confab::http {

void serve_tls(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket,
               const Endpoint& remote, boost::asio::ssl::context& tls) {
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
  Stream stream(std::move(socket), tls);
  std::make_shared<HttpConnection<Stream>>(std::move(server), std::move(stream), remote, true)
      ->start([](Stream& opened) -> boost::asio::awaitable<bool> {
        const auto [failure] =
            co_await opened.async_handshake(boost::asio::ssl::stream_base::server,
                                            boost::asio::as_tuple(boost::asio::use_awaitable));
        co_return !failure;
      });
}

}  // namespace confab::http
