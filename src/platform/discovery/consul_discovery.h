// Discovery by the agent of Consul on this machine or beside it (1.8 and later).
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"

namespace confab::discovery {

struct ConsulOptions {
  std::string url;    // "http://127.0.0.1:8500"
  std::string token;  // of its access control; empty: none
};

// kInvalidArgument for a URL that is none. An agent that is not there is no error: it is asked
// until it is. Both references outlive it.
Result<std::unique_ptr<Discovery>> make_consul_discovery(http::EventLoop& loop,
                                                         const ConsulOptions& options,
                                                         LogSink& log);

}  // namespace confab::discovery
