// The server side of Engine.IO v4: sessions that begin with HTTP long-polling or a WebSocket, move
// from the first to the second, and are kept alive by pings. Sans-IO: the caller owns HTTP requests
// and WebSockets and names them by numbers of its own; the server answers with outputs.
//
// Use: call what happened, then poll() until it is false. Outputs keep their order over several
// calls, and one poll answer takes all that was sent since the last drain. One thread. Owned by
// whoever glues it to a socket library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"

namespace confab::engineio {

struct Config {
  Duration ping_interval = 25s;
  Duration ping_timeout = 20s;
  Duration upgrade_timeout = 10s;
  // Largest message or polling body taken in; told to the client in the handshake. The owner of the
  // sockets enforces it too, before the bytes are in memory.
  std::size_t payload_bytes_max = 1'000'000;
  std::size_t sessions_max = 20'000;
  // Of those, what one address may have (of IPv6: one /64).
  std::size_t sessions_per_address_max = 1000;
  // What waits for a client between two polls, or for the upgrade to end; each packet counts 128
  // bytes more than it has. Bytes alone, because a meeting may have a thousand small news in one
  // turn of a loop, in which no client can poll; one that polls no more ends by its ping. Past this
  // the session is closed, but never for a single packet, however large.
  std::size_t buffer_bytes_max = 4 * 1024 * 1024;
  // Written into each sid, so that a proxy can route by it.
  std::uint16_t node = 0;
};

// Ours, inside the process; the sid that the client shows is never handed on.
enum class SessionId : std::uint64_t {};
// Chosen by the owner of the sockets, never reused.
enum class HttpId : std::uint64_t {};
enum class WebSocketId : std::uint64_t {};

// The query of a request: absent means empty. And who asks, for its share of the sessions.
struct Query {
  std::string_view eio;
  std::string_view transport;
  std::string_view sid;
  IpAddress from{};
};

enum class Method : std::uint8_t { kGet, kPost, kOther };

enum class CloseReason : std::uint8_t {
  kClientClosed,     // it sent a close packet
  kServerClosed,     // close() was called
  kClientGoingAway,  // its page was closed or left: close frame 1001 (RFC 6455 §7.4.1)
  kTransportClosed,  // the WebSocket or the pending poll ended
  kPingTimeout,
  kParseError,      // bytes that are not Engine.IO
  kTransportError,  // two polls at once
  kBufferFull,
};
std::string_view close_reason_name(CloseReason reason);

// ---- outputs ----

// The answer to a request; status 200 carries text, others `{"code","message"}` as JSON.
struct Respond {
  HttpId request{};
  unsigned status = 200;
  std::string body;
};
struct WebSocketSend {
  WebSocketId socket{};
  bool is_binary = false;
  std::string data;
};
struct WebSocketClose {
  WebSocketId socket{};
};
// The client of this WebSocket may send large messages from now on; see Server::trust.
struct WebSocketTrusted {
  WebSocketId socket{};
};
struct Opened {
  SessionId session{};
  // The request or WebSocket that opened it is the one handled last.
};
struct Message {
  SessionId session{};
  bool is_binary = false;
  std::string data;
};
// The last word about a session.
struct Closed {
  SessionId session{};
  CloseReason reason{};
};
using Output =
    std::variant<Respond, WebSocketSend, WebSocketClose, WebSocketTrusted, Opened, Message, Closed>;

// Why a WebSocket is not to be accepted: answer with this instead of switching protocols.
struct Refusal {
  unsigned status = 400;
  std::string body;
};

// Where a session lives, from the text of its sid.
std::optional<std::uint16_t> node_of_sid(std::string_view sid);

class Server {
 public:
  // `random` makes the sids and must outlive the server.
  Server(const Config& config, Random& random, Instant now);
  ~Server();

  // ---- from HTTP ----
  void handle_request(Instant now, HttpId request, Method method, const Query& query,
                      std::string_view body);
  // The peer hung up before the answer (a poll it will not read).
  void handle_request_abandoned(Instant now, HttpId request);

  // ---- from WebSockets ----
  // Asked before the protocol switch. Nothing means accept it, then call handle_websocket_open.
  std::optional<Refusal> check_websocket(Instant now, const Query& query);
  void handle_websocket_open(Instant now, WebSocketId socket, const Query& query);
  void handle_websocket_message(Instant now, WebSocketId socket, bool is_binary, std::string data);
  // `close_code` of the peer's close frame; nothing if none came.
  void handle_websocket_closed(Instant now, WebSocketId socket,
                               std::optional<std::uint16_t> close_code);

  // ---- from above ----
  // A session that is gone is passed over: its Closed may not have been polled yet.
  void send(Instant now, SessionId session, bool is_binary, std::string data);
  // What was sent before still goes out where the transport allows it.
  void close(Instant now, SessionId session);
  // The client has shown a right to be here: its WebSocket, now or after an upgrade, is trusted.
  void trust(Instant now, SessionId session);

  void handle_timeout(Instant now);
  Instant next_timeout() const;
  bool poll(Output& out);

  std::size_t session_count() const;
  // How many were not opened, because an address had its share.
  std::uint64_t refused_by_share() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::engineio
