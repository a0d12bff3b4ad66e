// A session with a Janus by its WebSocket API: requests out, answers to them in. Loop thread only.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http_client/http_client.h"

namespace confab::bench {

// What a plugin answered: its data, and the description that came with it ("" if none).
struct PluginAnswer {
  boost::json::object data;
  std::string sdp;
};

class JanusSession {
 public:
  using HandleId = std::int64_t;
  using OnClosed = std::function<void(std::string_view why)>;

  // Connects and makes a session. `on_closed` is called once, when nothing more can come.
  JanusSession(http::EventLoop& loop, const http::ClientTarget& target,
               std::function<void()> on_ready, OnClosed on_closed);
  ~JanusSession();
  JanusSession(const JanusSession&) = delete;
  JanusSession& operator=(const JanusSession&) = delete;

  // A handle of the videoroom plugin: one for each transport.
  void attach(std::function<void(HandleId handle)> then);
  // `sdp` goes with it as `type` ("offer" or "answer") unless it is empty. A refusal closes the
  // session: everything that is asked for is needed.
  void message(HandleId handle, const boost::json::object& body, std::string_view type,
               const std::string& sdp, std::function<void(const PluginAnswer& answer)> then);

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // the WebSocket's callbacks may come after this object is gone
};

}  // namespace confab::bench
