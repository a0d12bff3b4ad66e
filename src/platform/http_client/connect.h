// The two kinds of streams, each compiled on its own: what is behind Beast's templates takes long.
#pragma once

#include <memory>
#include <string>

#include "platform/http_client/http_client.h"

namespace confab::http {

using FetchCallback = std::move_only_function<void(Result<Response>)>;

void fetch_plain(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
                 std::string body, FetchCallback done);
void fetch_tls(EventLoop& loop, const ClientTarget& target, Method method, std::string path,
               std::string body, FetchCallback done);
std::shared_ptr<ClientWebSocket> open_plain(EventLoop& loop, const ClientTarget& target,
                                            std::string path, ClientWebSocket::Handlers handlers);
std::shared_ptr<ClientWebSocket> open_tls(EventLoop& loop, const ClientTarget& target,
                                          std::string path, ClientWebSocket::Handlers handlers);

}  // namespace confab::http
