#include "platform/http/connection.h"

namespace confab::http {

void serve_plain(std::shared_ptr<HttpServer::Impl> server, boost::asio::ip::tcp::socket socket) {
  using Stream = boost::asio::ip::tcp::socket;
  boost::system::error_code error;
  const Endpoint remote = to_endpoint(socket.remote_endpoint(error));
  if (error) return;
  std::make_shared<HttpConnection<Stream>>(std::move(server), std::move(socket), remote, false)
      ->start([](Stream& /*stream*/) -> boost::asio::awaitable<bool> { co_return true; });
}

}  // namespace confab::http
