// WebSockets between clients and nodes. Loop thread.
#pragma once

#include <memory>
#include <unordered_set>

#include "platform/http/tunnel.h"
#include "service/gateway/proxy.h"

namespace confab::gateway {

class Tunnels {
 public:
  // All references outlive it; destroy it after the loop has stopped.
  Tunnels(const Options& options, http::EventLoop& loop, Proxy& proxy, Counts& counts)
      : options_(options), loop_(loop), proxy_(proxy), counts_(counts) {}

  void open(http::Request request, http::Responder responder);
  std::size_t size() const { return open_.size(); }
  // Their clients come back by another way.
  void close_all();

 private:
  void handle_answer(http::UpstreamAnswer answer, const std::shared_ptr<OpenAt>& at,
                     http::Responder responder, const http::RequestStamp& stamp);
  void join(std::shared_ptr<http::ByteStream> client, std::shared_ptr<http::ByteStream> node,
            const std::shared_ptr<OpenAt>& at);
  void count(http::Tunnel::End why);

  const Options options_;
  http::EventLoop& loop_;
  Proxy& proxy_;
  Counts& counts_;
  std::unordered_set<std::shared_ptr<http::Tunnel>> open_;  // shared with the reads under way
};

}  // namespace confab::gateway
