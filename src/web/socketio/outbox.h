// What leaves the server, in order: packets for the session layer, and what the application hears.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "web/socketio/packet.h"
#include "web/socketio/server.h"
#include "web/socketio/socket.h"

namespace confab::socketio {

class Outbox {
 public:
  void push(Output output) { queue_.push_back(std::move(output)); }
  bool poll(Output& out);

  // ---- packets to a socket's client ----
  void event(const Socket& socket, const Emit& event, std::optional<std::uint64_t> ack_id);
  // One that a client which comes back may have seen, or not: it is told by which number.
  void kept_event(const Socket& socket, const Emit& event, std::uint64_t offset);
  void acknowledgement(const Socket& socket, std::uint64_t ack_id, std::string_view args_json,
                       const Attachments& attachments);
  void disconnect(const Socket& socket);
  // The answer to CONNECT, then what was missed.
  void welcome(const Socket& socket);
  // The other answer; `data_json` may be empty.
  void connect_error(SessionId session, std::string_view nsp, std::string_view message,
                     std::string_view data_json);

 private:
  void send(SessionId session, const Packet& packet, std::string_view extra_json = {},
            const Attachments& attachments = {});
  void send_event(const Socket& socket, const Emit& event, std::optional<std::uint64_t> ack_id,
                  std::string_view extra_json);

  std::deque<Output> queue_;
};

}  // namespace confab::socketio
