#include "platform/http_client/connect.h"
#include "platform/http_client/fetch.h"
#include "platform/http_client/websocket_client.h"

namespace confab::http {

void fetch_plain(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
                 std::string body, FetchCallback done) {
  std::make_shared<Fetch<TcpSocket>>(loop.impl().context, target, std::move(done))
      ->start(to_verb(method), std::move(path), std::move(body));
}

std::shared_ptr<ClientWebSocket> open_plain(EventLoop& loop, const ClientTarget& target,
                                            std::string path, ClientWebSocket::Handlers handlers) {
  auto socket = std::make_shared<WebSocketClient<TcpSocket>>(loop.impl().context, target,
                                                             std::move(path), std::move(handlers));
  socket->start();
  return socket;
}

}  // namespace confab::http
