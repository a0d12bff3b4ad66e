#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "platform/http/event_loop_impl.h"
#include "platform/http/tcp_endpoint.h"
#include "platform/http_client/http_client.h"

namespace confab::http {

// Boost.Asio waits for the system's resolver on a thread of its own.
void resolve(EventLoop& loop, const std::string& host,
             std::move_only_function<void(Result<IpAddress>)> done) {
  if (const auto literal = IpAddress::parse(host)) {
    return loop.post([literal, done = std::move(done)]() mutable { done(*literal); });
  }
  using boost::asio::ip::tcp;
  auto resolver = std::make_shared<tcp::resolver>(loop.impl().context);
  resolver->async_resolve(
      host, "",
      [resolver, host, done = std::move(done)](const boost::system::error_code& error,
                                               const tcp::resolver::results_type& found) mutable {
        if (error) return done(fail(ErrorCode::kUnavailable, host + ": " + error.message()));
        std::optional<IpAddress> best;
        for (const auto& entry : found) {
          const IpAddress address = to_endpoint(entry.endpoint()).address;
          if (!best || (address.is_v4() && !best->is_v4())) best = address;
        }
        if (!best) return done(fail(ErrorCode::kUnavailable, host + ": no address"));
        done(*best);
      });
}

}  // namespace confab::http
