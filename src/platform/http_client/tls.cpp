#include "platform/http_client/connect.h"
#include "platform/http_client/fetch.h"
#include "platform/http_client/websocket_client.h"

namespace confab::http {

TlsSocket StreamMaker<TlsSocket>::make(boost::asio::io_context& context,
                                       const ClientTarget& target) {
  namespace ssl = boost::asio::ssl;
  // The stream keeps what it needs of the context (OpenSSL counts references).
  ssl::context tls(ssl::context::tls_client);
  if (target.verify_certificate) {
    boost::system::error_code ignored;
    tls.set_default_verify_paths(ignored);
    tls.set_verify_mode(ssl::verify_peer, ignored);
    tls.set_verify_callback(ssl::host_name_verification(target.origin.host), ignored);
  }
  TlsSocket stream(context, tls);
  ::SSL_set_tlsext_host_name(stream.native_handle(), target.origin.host.c_str());
  return stream;
}

void fetch_tls(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
               std::string body, FetchCallback done) {
  std::make_shared<Fetch<TlsSocket>>(loop.impl().context, target, std::move(done))
      ->start(to_verb(method), std::move(path), std::move(body));
}

std::shared_ptr<ClientWebSocket> open_tls(EventLoop& loop, const ClientTarget& target,
                                          std::string path, ClientWebSocket::Handlers handlers) {
  auto socket = std::make_shared<WebSocketClient<TlsSocket>>(loop.impl().context, target,
                                                             std::move(path), std::move(handlers));
  socket->start();
  return socket;
}

}  // namespace confab::http
