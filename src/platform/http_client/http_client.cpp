#include "platform/http_client/http_client.h"

#include <utility>

#include "platform/http_client/connect.h"

namespace confab::http {

void fetch(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
           std::string body, std::move_only_function<void(Result<Response>)> done) {
  const auto start = target.origin.is_tls ? fetch_tls : fetch_plain;
  start(loop, target, method, std::move(path), std::move(body), std::move(done));
}

std::shared_ptr<ClientWebSocket> open_websocket(EventLoop& loop, const ClientTarget& target,
                                                std::string path,
                                                ClientWebSocket::Handlers handlers) {
  const auto open = target.origin.is_tls ? open_tls : open_plain;
  return open(loop, target, std::move(path), std::move(handlers));
}

}  // namespace confab::http
