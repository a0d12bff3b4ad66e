// The gateway's routes on an HTTP server: REST and Socket.IO go to signaling nodes, health is its
// own. Wiring only; the web app is the fallback that the role adds. Loop thread.
#pragma once

#include "base/log.h"
#include "base/random.h"
#include "platform/discovery/discovery.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "service/gateway/options.h"
#include "service/gateway/proxy.h"
#include "service/gateway/tunnels.h"
#include "service/gateway/upstreams.h"

namespace confab::gateway {

class Gateway {
 public:
  // Adds its routes to `server`. All references outlive it; destroy it after the loop has stopped.
  Gateway(const Options& options, http::EventLoop& loop, http::HttpServer& server,
          discovery::Discovery& discovery, Random& random, LogSink& log);

  // /livez (the loop turns), /readyz (a node takes new clients, and we do), /health (as /livez, by
  // the reference's name), for who stands in front of the public door.
  void serve_health(http::HttpServer& server);
  // "ok", or why nobody should come: "draining", "no_signaling_node".
  std::string_view readiness() const;

  // /readyz answers 503 from now on; everything is served on.
  void drain() { is_draining_ = true; }
  // WebSockets are closed; their clients come back elsewhere.
  void stop() { tunnels_.close_all(); }
  std::size_t open_tunnels() const { return tunnels_.size(); }

  void expose(metrics::Exposition& out) const;

 private:
  Counts counts_;
  Upstreams upstreams_;
  Proxy proxy_;
  Tunnels tunnels_;
  bool is_draining_ = false;
};

}  // namespace confab::gateway
