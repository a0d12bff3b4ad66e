#include "put.h"

#include "platform/http_client/http_client.h"

namespace confab::discovery {

unsigned put_to(const Endpoint& endpoint, const std::string& path, const std::string& body) {
  http::EventLoop loop;
  http::ClientTarget target;
  target.origin = {.is_tls = false, .host = "127.0.0.1", .port = endpoint.port};
  target.address = endpoint.address;
  target.timeout = 2s;
  unsigned status = 0;
  http::fetch(loop, target, http::Method::kPut, path, body, [&](const Result<http::Response>& r) {
    status = r ? r->status : 0;
    loop.stop();
  });
  loop.run();
  return status;
}

}  // namespace confab::discovery
