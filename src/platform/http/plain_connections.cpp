#include "platform/http/connection.h"

namespace confab::http {

void serve_plain(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket,
                 const Endpoint& remote) {
  using Stream = boost::asio::ip::tcp::socket;
  std::make_shared<HttpConnection<Stream>>(std::move(server), std::move(socket), remote, false)
      ->start([](Stream& /*stream*/) -> boost::asio::awaitable<bool> { co_return true; });
}

}  // namespace confab::http
