// One Engine.IO session: the state machine behind engineio::Server. It appends what is to be done
// to the server's outputs and says when it wants to be woken.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "base/timer_wheel.h"
#include "web/engineio/packet.h"
#include "web/engineio/server.h"

namespace confab::engineio {

// {"code":..,"message":..} as the stock server words it.
enum class RequestError : std::uint8_t {
  kUnknownTransport = 0,
  kUnknownSid = 1,
  kBadMethod = 2,
  kBadRequest = 3,
  kForbidden = 4,
  kUnsupportedVersion = 5,
};
std::string request_error_body(RequestError error);

class Session {
 public:
  //              first request: poll
  //                     │
  //                     ▼   socket opened          "2probe"              "5"
  //                 kPolling ────────────▶ kProbing ───────▶ kUpgrading ────▶ kWebSocket
  //                     ▲                      │                 │               ▲
  //                     └── socket closed, upgrade timeout ──────┘     first request: WebSocket
  //
  //   close() while no poll is there to carry it: kClosing until the next poll or closing_by_.
  //   Everything else that ends it: kClosed at once.
  enum class State : std::uint8_t {
    kPolling,
    kProbing,
    kUpgrading,
    kWebSocket,
    kClosing,
    kClosed,
  };

  Session(SessionId id, std::string sid, const IpAddress& from, const Config& config,
          std::deque<Output>& out);

  SessionId id() const { return id_; }
  const std::string& sid() const { return sid_; }
  const IpAddress& from() const { return from_; }
  State state() const { return state_; }
  bool is_websocket() const { return state_ == State::kWebSocket; }
  bool is_consistent() const;

  // Exactly one of these first.
  void open_polling(Instant now, HttpId request);
  void open_websocket(Instant now, WebSocketId socket);

  void handle_poll(HttpId request);
  void handle_post(Instant now, HttpId request, std::string_view body);
  void handle_abandoned(HttpId request);
  void handle_upgrade_socket(Instant now, WebSocketId socket);
  void handle_websocket_message(Instant now, WebSocketId socket, bool is_binary, std::string data);
  void handle_websocket_closed(WebSocketId socket, std::optional<std::uint16_t> close_code);

  void send(Packet packet);
  void close(Instant now);
  void trust();
  // Answers the waiting poll if there is something to say. Called once the inputs at hand are done,
  // so that what they cause travels in one body.
  void flush();

  void handle_timeout(Instant now);
  Instant next_timeout() const;

  Timer timer{this};

 private:
  std::string handshake() const;
  void handle_packet(Instant now, Packet packet);
  void handle_probe(WebSocketId socket, const Packet& packet);
  void answer_poll(PacketType type);
  void answer_poll_with_queue();
  void drop_upgrade();
  // Tells everyone, once.
  void finish(CloseReason reason, PacketType last_word);

  const SessionId id_;
  const std::string sid_;
  const IpAddress from_;
  const Config& config_;
  std::deque<Output>& out_;

  State state_ = State::kPolling;
  std::optional<HttpId> poll_;            // waits for something to say
  std::optional<WebSocketId> socket_;     // the transport in kWebSocket
  std::optional<WebSocketId> candidate_;  // the one being probed
  std::vector<Packet> queue_;
  std::size_t queue_bytes_ = 0;
  bool is_trusted_ = false;

  Instant ping_at_ = kNever;
  Instant pong_by_ = kNever;
  Instant upgrade_by_ = kNever;
  Instant closing_by_ = kNever;
};

}  // namespace confab::engineio
