#include "platform/http_client/connect.h"
#include "platform/http_client/fetch.h"
#include "platform/http_client/websocket_client.h"

namespace confab::http {

namespace {

namespace ssl = boost::asio::ssl;

// Whom the system trusts, read once: the bundle has more than a hundred certificates, and fetches
// begin on a loop that serves. Streams on several threads may be made of it.
ssl::context& trusting_context() {
  static ssl::context context = [] {
    ssl::context made(ssl::context::tls_client);
    boost::system::error_code ignored;  // nobody is trusted then, and each handshake says so
    made.set_default_verify_paths(ignored);
    return made;
  }();
  return context;
}

}  // namespace

TlsSocket StreamMaker<TlsSocket>::make(boost::asio::io_context& context,
                                       const ClientTarget& target) {
  if (!target.verify_certificate) {
    ssl::context trusts_all(ssl::context::tls_client);
    TlsSocket stream(context, trusts_all);
    ::SSL_set_tlsext_host_name(stream.native_handle(), target.origin.host.c_str());
    return stream;
  }
  TlsSocket stream(context, trusting_context());
  // On the stream, which has a name of its own to check. A callback of the context would be for
  // all, and dies with it.
  boost::system::error_code ignored;  // neither can fail
  stream.set_verify_mode(ssl::verify_peer, ignored);
  stream.set_verify_callback(ssl::host_name_verification(target.origin.host), ignored);
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
