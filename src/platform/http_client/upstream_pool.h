// Connections to servers behind us that wait for the next request. Private to this module.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "platform/http/event_loop_impl.h"
#include "platform/http_client/upstream.h"

namespace confab::http {

class Upstream::Pool : public std::enable_shared_from_this<Upstream::Pool> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  Pool(EventLoop& loop, const UpstreamOptions& upstream_options)
      : options(upstream_options), context(loop.impl().context), timer_(loop) {}

  // The one used last, if it is still open and has nothing to say.
  std::optional<Socket> take(const Endpoint& to);
  void give_back(const Endpoint& to, Socket socket);
  std::size_t size() const;

  const UpstreamOptions options;
  boost::asio::io_context& context;
  Upstream::Counts counts;

 private:
  struct Kept {
    Socket socket;
    Instant until{};
  };

  void sweep();

  std::map<Endpoint, std::vector<Kept>> kept_;  // oldest first
  LoopTimer timer_;
};

}  // namespace confab::http
