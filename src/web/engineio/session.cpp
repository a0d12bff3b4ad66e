#include "web/engineio/session.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::engineio {
namespace {

constexpr std::string_view kProbe = "probe";
constexpr std::string_view kPostAnswer = "ok";
// For a client that is between two polls to hear that it is over. One that comes later is told that
// its session is unknown; one that never polled must not hold its place for longer than this.
constexpr Duration kFarewell = 2s;
// What a waiting packet costs besides its data.
constexpr std::size_t kPacketOverhead = 128;
// RFC 6455 §7.4.1: what a browser sends when its page is closed, reloaded or left. A network that
// goes sends nothing, and the stock client closes without a code (1005) when it gives up.
constexpr std::uint16_t kGoingAway = 1001;

}  // namespace

std::string request_error_body(RequestError error) {
  switch (error) {
    case RequestError::kUnknownTransport:
      return R"({"code":0,"message":"Transport unknown"})";
    case RequestError::kUnknownSid:
      return R"({"code":1,"message":"Session ID unknown"})";
    case RequestError::kBadMethod:
      return R"({"code":2,"message":"Bad handshake method"})";
    case RequestError::kBadRequest:
      return R"({"code":3,"message":"Bad request"})";
    case RequestError::kForbidden:
      return R"({"code":4,"message":"Forbidden"})";
    case RequestError::kUnsupportedVersion:
      return R"({"code":5,"message":"Unsupported protocol version"})";
  }
  return {};
}

std::string_view close_reason_name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kClientClosed:
      return "client_closed";
    case CloseReason::kServerClosed:
      return "server_closed";
    case CloseReason::kClientGoingAway:
      return "client_going_away";
    case CloseReason::kTransportClosed:
      return "transport_closed";
    case CloseReason::kPingTimeout:
      return "ping_timeout";
    case CloseReason::kParseError:
      return "parse_error";
    case CloseReason::kTransportError:
      return "transport_error";
    case CloseReason::kBufferFull:
      return "buffer_full";
  }
  return {};
}

Session::Session(SessionId id, std::string sid, const IpAddress& from, const Config& config,
                 std::deque<Output>& out)
    : id_(id), sid_(std::move(sid)), from_(from), config_(config), out_(out) {}

bool Session::is_consistent() const {
  switch (state_) {
    case State::kPolling:
      return !socket_ && !candidate_;
    case State::kProbing:
    case State::kUpgrading:
      return !socket_ && candidate_ && upgrade_by_ != kNever;
    case State::kWebSocket:
      return socket_ && !candidate_ && !poll_ && queue_.empty();
    case State::kClosing:
      return !socket_ && !candidate_ && !poll_ && closing_by_ != kNever;
    case State::kClosed:
      return !socket_ && !candidate_ && !poll_;
  }
  return false;
}

std::string Session::handshake() const {
  const bool is_websocket = state_ == State::kWebSocket;
  return "0{\"sid\":\"" + sid_ + "\",\"upgrades\":" + (is_websocket ? "[]" : "[\"websocket\"]") +
         ",\"pingInterval\":" + std::to_string(to_ms(config_.ping_interval)) +
         ",\"pingTimeout\":" + std::to_string(to_ms(config_.ping_timeout)) +
         ",\"maxPayload\":" + std::to_string(config_.payload_bytes_max) + "}";
}

void Session::open_polling(Instant now, HttpId request) {
  ping_at_ = now + config_.ping_interval;
  out_.push_back(Respond{request, 200, handshake()});
  out_.push_back(Opened{id_});
}

void Session::open_websocket(Instant now, WebSocketId socket) {
  state_ = State::kWebSocket;
  socket_ = socket;
  ping_at_ = now + config_.ping_interval;
  out_.push_back(WebSocketSend{socket, false, handshake()});
  out_.push_back(Opened{id_});
}

void Session::handle_poll(HttpId request) {
  if (state_ == State::kWebSocket) {
    out_.push_back(Respond{request, 400, request_error_body(RequestError::kBadRequest)});
    return;
  }
  if (poll_) {
    // Two at once: one of them is not from the client we know.
    out_.push_back(Respond{request, 400, request_error_body(RequestError::kBadRequest)});
    finish(CloseReason::kTransportError, PacketType::kClose);
    return;
  }
  poll_ = request;
  if (state_ == State::kClosing) {
    answer_poll_with_queue();
    state_ = State::kClosed;
    return;
  }
  // The client waits for this poll to end before it says "5".
  if (state_ == State::kUpgrading && queue_.empty()) answer_poll(PacketType::kNoop);
}

void Session::handle_post(Instant now, HttpId request, std::string_view body) {
  if (state_ == State::kWebSocket) {
    out_.push_back(Respond{request, 400, request_error_body(RequestError::kBadRequest)});
    return;
  }
  if (state_ == State::kClosing) {
    out_.push_back(Respond{request, 200, std::string(kPostAnswer)});
    return;
  }
  if (body.size() > config_.payload_bytes_max) {
    out_.push_back(Respond{request, 413, request_error_body(RequestError::kBadRequest)});
    finish(CloseReason::kParseError, PacketType::kClose);
    return;
  }
  auto packets = decode_payload(body);
  if (!packets) {
    out_.push_back(Respond{request, 400, request_error_body(RequestError::kBadRequest)});
    finish(CloseReason::kParseError, PacketType::kClose);
    return;
  }
  out_.push_back(Respond{request, 200, std::string(kPostAnswer)});
  for (Packet& packet : *packets) {
    if (state_ == State::kClosed) return;
    handle_packet(now, std::move(packet));
  }
}

void Session::handle_abandoned(HttpId request) {
  if (poll_ != request) return;
  poll_.reset();
  finish(CloseReason::kTransportClosed, PacketType::kClose);
}

void Session::handle_upgrade_socket(Instant now, WebSocketId socket) {
  if (state_ != State::kPolling) {
    out_.push_back(WebSocketClose{socket});
    return;
  }
  state_ = State::kProbing;
  candidate_ = socket;
  if (is_trusted_) out_.push_back(WebSocketTrusted{socket});
  upgrade_by_ = now + config_.upgrade_timeout;
}

void Session::handle_websocket_message(Instant now, WebSocketId socket, bool is_binary,
                                       std::string data) {
  if (socket != socket_ && socket != candidate_) return;
  if (is_binary && socket == socket_) {
    handle_packet(now, Packet{PacketType::kMessage, true, std::move(data)});
    return;
  }
  auto packet = is_binary ? std::unexpected(DecodeError::kUnknownType) : decode_packet(data, false);
  if (socket == candidate_) {
    if (packet) {
      handle_probe(socket, *packet);
    } else {
      drop_upgrade();
    }
    return;
  }
  if (!packet) {
    finish(CloseReason::kParseError, PacketType::kClose);
    return;
  }
  handle_packet(now, std::move(*packet));
}

void Session::handle_probe(WebSocketId socket, const Packet& packet) {
  if (packet.type == PacketType::kPing && packet.data == kProbe) {
    state_ = State::kUpgrading;
    out_.push_back(WebSocketSend{socket, false, "3probe"});
    if (poll_ && queue_.empty()) answer_poll(PacketType::kNoop);
    return;
  }
  // Clients that trust the socket leave out the probe; the stock server lets them.
  if (packet.type != PacketType::kUpgrade) {
    drop_upgrade();
    return;
  }
  if (poll_) answer_poll(PacketType::kNoop);
  state_ = State::kWebSocket;
  socket_ = std::exchange(candidate_, std::nullopt);
  upgrade_by_ = kNever;
  for (Packet& waiting : std::exchange(queue_, {})) send(std::move(waiting));
  queue_bytes_ = 0;
}

void Session::handle_websocket_closed(WebSocketId socket, std::optional<std::uint16_t> close_code) {
  const bool is_ours = socket == candidate_ || socket == socket_;
  if (socket == candidate_) {
    candidate_.reset();
    drop_upgrade();
  }
  if (socket == socket_) socket_.reset();
  if (is_ours && close_code == kGoingAway) {
    // The page is gone, whether it polled or not.
    finish(CloseReason::kClientGoingAway, PacketType::kClose);
  } else if (is_ours && state_ == State::kWebSocket) {
    finish(CloseReason::kTransportClosed, PacketType::kClose);
  }
}

void Session::handle_packet(Instant now, Packet packet) {
  switch (packet.type) {
    case PacketType::kMessage:
      out_.push_back(Message{id_, packet.is_binary, std::move(packet.data)});
      return;
    case PacketType::kPong:
      pong_by_ = kNever;
      ping_at_ = now + config_.ping_interval;
      return;
    case PacketType::kClose:
      finish(CloseReason::kClientClosed, PacketType::kNoop);
      return;
    case PacketType::kNoop:
    case PacketType::kUpgrade:
      return;
    case PacketType::kOpen:
    case PacketType::kPing:
      // In revision 4 only the server opens and pings.
      finish(CloseReason::kParseError, PacketType::kClose);
      return;
  }
}

void Session::send(Packet packet) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  if (state_ == State::kWebSocket) {
    const bool is_binary = packet.is_binary;
    out_.push_back(WebSocketSend{*socket_, is_binary,
                                 is_binary ? std::move(packet.data) : encode_packet(packet)});
    return;
  }
  queue_bytes_ += packet.data.size() + kPacketOverhead;
  queue_.push_back(std::move(packet));
  if (queue_.size() > 1 && queue_bytes_ > config_.buffer_bytes_max) {
    finish(CloseReason::kBufferFull, PacketType::kClose);
  }
}

void Session::close(Instant now) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  if (state_ == State::kWebSocket || poll_) {
    finish(CloseReason::kServerClosed, PacketType::kClose);
    return;
  }
  drop_upgrade();
  queue_.push_back(Packet{PacketType::kClose, false, {}});
  state_ = State::kClosing;
  ping_at_ = pong_by_ = kNever;
  closing_by_ = now + std::min(config_.ping_timeout, kFarewell);
  out_.push_back(Closed{id_, CloseReason::kServerClosed});
}

void Session::trust() {
  if (std::exchange(is_trusted_, true)) return;
  if (socket_) out_.push_back(WebSocketTrusted{*socket_});
  if (candidate_) out_.push_back(WebSocketTrusted{*candidate_});
}

void Session::flush() {
  if (poll_ && !queue_.empty()) answer_poll_with_queue();
}

void Session::answer_poll(PacketType type) {
  const Packet packet{type, false, {}};
  out_.push_back(Respond{*std::exchange(poll_, std::nullopt), 200, encode_packet(packet)});
}

void Session::answer_poll_with_queue() {
  out_.push_back(Respond{*std::exchange(poll_, std::nullopt), 200, encode_payload(queue_)});
  queue_.clear();
  queue_bytes_ = 0;
}

void Session::drop_upgrade() {
  if (candidate_) out_.push_back(WebSocketClose{*candidate_});
  candidate_.reset();
  upgrade_by_ = kNever;
  if (state_ == State::kProbing || state_ == State::kUpgrading) state_ = State::kPolling;
}

void Session::finish(CloseReason reason, PacketType last_word) {
  const bool was_told = state_ == State::kClosing;
  drop_upgrade();
  if (poll_) {
    queue_.push_back(Packet{last_word, false, {}});
    answer_poll_with_queue();
  }
  if (socket_) out_.push_back(WebSocketClose{*socket_});
  socket_.reset();
  state_ = State::kClosed;
  ping_at_ = pong_by_ = closing_by_ = kNever;
  if (!was_told) out_.push_back(Closed{id_, reason});
}

void Session::handle_timeout(Instant now) {
  if (now >= closing_by_) {
    finish(CloseReason::kServerClosed, PacketType::kClose);
    return;
  }
  if (now >= upgrade_by_) drop_upgrade();
  if (now >= pong_by_) {
    finish(CloseReason::kPingTimeout, PacketType::kClose);
    return;
  }
  if (now < ping_at_) return;
  // From when the ping was due, so that the time out is what the handshake says; but a server that
  // was held up itself does not blame its clients.
  pong_by_ = std::max(ping_at_ + config_.ping_timeout, now + config_.ping_timeout / 2);
  ping_at_ = kNever;
  send(Packet{PacketType::kPing, false, {}});
}

Instant Session::next_timeout() const {
  return std::min({ping_at_, pong_by_, upgrade_by_, closing_by_});
}

}  // namespace confab::engineio
