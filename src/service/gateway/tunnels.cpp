#include "service/gateway/tunnels.h"

#include <utility>

namespace confab::gateway {

void Tunnels::open(http::Request request, http::Responder responder) {
  proxy_.upgrade_by_sid(std::move(request), std::move(responder),
                        [this](http::UpstreamAnswer answer, const std::shared_ptr<OpenAt>& at,
                               http::Responder to, const http::RequestStamp& stamp) {
                          handle_answer(std::move(answer), at, std::move(to), stamp);
                        });
}

void Tunnels::handle_answer(http::UpstreamAnswer answer, const std::shared_ptr<OpenAt>& at,
                            http::Responder responder, const http::RequestStamp& stamp) {
  http::Response& response = answer.response;
  response.headers = http::proxied_answer(response.headers, stamp);
  if (!answer.stream) {
    ++counts_.tunnels_refused;
    return responder.send(std::move(response));
  }
  response.headers.emplace_back("Connection", "Upgrade");
  response.headers.emplace_back("Upgrade", "websocket");
  response.switched = [this, at,
                       node = std::move(answer.stream)](std::shared_ptr<http::ByteStream> client) {
    join(std::move(client), node, at);
  };
  responder.send(std::move(response));
}

void Tunnels::join(std::shared_ptr<http::ByteStream> client, std::shared_ptr<http::ByteStream> node,
                   const std::shared_ptr<OpenAt>& at) {
  ++counts_.tunnels_opened;
  const auto self = std::make_shared<std::weak_ptr<http::Tunnel>>();  // known when it has begun
  const auto tunnel =
      http::Tunnel::start(loop_, {std::move(client), std::move(node)}, options_.idle_timeout,
                          [this, self, at](http::Tunnel::End why) {
                            count(why);
                            open_.erase(self->lock());
                          });
  *self = tunnel;
  open_.insert(tunnel);
}

void Tunnels::close_all() {
  const auto open = open_;
  for (const auto& tunnel : open) tunnel->close();
}

void Tunnels::count(http::Tunnel::End why) {
  using End = http::Tunnel::End;
  switch (why) {
    case End::kClient:
      ++counts_.tunnels_ended_by_client;
      return;
    case End::kServer:
      ++counts_.tunnels_ended_by_node;
      return;
    case End::kIdle:
      ++counts_.tunnels_idle;
      return;
    case End::kStuck:
      ++counts_.tunnels_stuck;
      return;
    case End::kClosed:
      ++counts_.tunnels_closed;
      return;
  }
}

}  // namespace confab::gateway
