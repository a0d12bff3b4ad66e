// A Socket.IO v5 client over a WebSocket (Engine.IO v4): requests with acknowledgements out, events
// in. Only what the confab protocol needs: the default namespace, no polling, no binary, no
// reconnecting (a load test wants to see a lost connection). Loop thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "platform/http_client/http_client.h"

namespace confab::loadtest {

class SocketIoClient {
 public:
  struct Handlers {
    // CONNECT was answered: requests may be sent.
    std::function<void()> on_connected;
    // `args_json`: the array of arguments, not parsed, since most events are passed over.
    std::function<void(std::string_view name, const std::string& args_json)> on_event;
    // Once; requests without an answer are answered before it, with kUnavailable.
    std::function<void(std::string_view why)> on_closed;
  };
  // The acknowledgement's object, or what its `error` says.
  using Answer = std::move_only_function<void(Result<boost::json::value>)>;

  // Connects at once. `auth` is CONNECT's payload.
  SocketIoClient(http::EventLoop& loop, const http::ClientTarget& target,
                 const boost::json::object& auth, Handlers handlers);
  ~SocketIoClient();
  SocketIoClient(const SocketIoClient&) = delete;
  SocketIoClient& operator=(const SocketIoClient&) = delete;

  void request(std::string_view event, const boost::json::object& payload, Answer answer);
  void close();

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // the WebSocket's callbacks may come after this object is gone
};

}  // namespace confab::loadtest
