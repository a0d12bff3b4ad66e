// The server side of Socket.IO v5 over Engine.IO sessions: namespaces, events, acknowledgements in
// both directions, rooms, and connection-state recovery as the stock server (4.6 and later) does
// it. Sans-IO, one thread. Call any function that takes `now`, then poll() until it is false.
//
// A socket is one client in one namespace. Its SocketId is what the client knows as `socket.id` and
// survives a recovery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"
#include "base/random.h"
#include "web/engineio/server.h"
#include "web/socketio/disconnect_reason.h"

namespace confab::socketio {

struct SocketTag {
  static constexpr std::string_view kPrefix = "so";
};
using SocketId = Id<SocketTag>;
using SessionId = engineio::SessionId;

struct Config {
  // A session that has not connected to a namespace by then is closed.
  Duration connect_timeout = 10s;
  // A session that was refused as often is closed. A client may mend what it says and ask again;
  // one that guesses pays for a session each time.
  std::size_t refusals_max = 3;
  // How long a lost socket can be taken up again; 0 turns recovery off.
  Duration recovery_window = 2min;
  // What is kept for that, per socket. A client that missed more connects anew.
  std::size_t recovery_events_max = 256;
  std::size_t recovery_bytes_max = 128 * 1024;
  // Binary attachments of one packet, together; and by when the last of them must be there. Of a
  // client that is not trusted none is taken: it would make us hold what it has no right to.
  std::size_t attachment_bytes_max = 1'000'000;
  Duration attachment_timeout = 10s;
  // Events we sent that still wait for the client's acknowledgement, per socket.
  std::size_t pending_acks_max = 256;
  // Names a client may connect to, with what they are: {"/", "/"}, and an alias {"/socket.io", "/"}
  // whose sockets are in "/" for everyone but their own client.
  std::vector<std::pair<std::string, std::string>> namespaces = {{"/", "/"}};
  std::uint16_t node = 0;
};

using Attachments = std::vector<std::string>;

// What is sent: `args_json` is a JSON array of the arguments, without the event's name.
struct Emit {
  std::string name;
  std::string args_json = "[]";
  Attachments attachments;
  // Not kept for recovery: news that is worthless when late (who speaks now).
  bool is_volatile = false;
};

// ---- outputs, to the session layer ----
struct SendToSession {
  SessionId session{};
  bool is_binary = false;
  std::string data;
};
struct CloseSession {
  SessionId session{};
};
// See trust().
struct TrustSession {
  SessionId session{};
};

// ---- outputs, to the application ----

// Answer with accept() or refuse(), now or later.
struct ConnectRequest {
  SocketId socket;
  SessionId session{};
  std::string nsp;        // after aliases
  std::string auth_json;  // an object; "{}" when the client sent none
};
// A socket is up: by accept(), or (is_recovered) again, with its id, rooms and missed events,
// without a ConnectRequest. `session` is the new one.
struct Connected {
  SocketId socket;
  SessionId session{};
  std::string nsp;
  bool is_recovered = false;
};
struct EventReceived {
  SocketId socket;
  std::string nsp;
  std::string name;
  std::string args_json;  // a JSON array without the name
  Attachments attachments;
  // Hand it to acknowledge(); absent when the client does not want one.
  std::optional<std::uint64_t> ack_id;
};
// The client acknowledged what emit_with_ack sent under this tag; nothing if it did not in time.
struct AckReceived {
  SocketId socket;
  std::uint64_t tag = 0;
  std::optional<std::string> args_json;
  Attachments attachments;
};
// Also for a socket that was never accepted. While is_recoverable, what is emitted to the socket
// and its rooms is kept; Expired or Connected{is_recovered} follows.
struct Disconnected {
  SocketId socket;
  std::string nsp;
  DisconnectReason reason{};
  bool is_recoverable = false;
};
// A recoverable socket was not taken up again: its id is gone.
struct Expired {
  SocketId socket;
  std::string nsp;
};

using Output = std::variant<SendToSession, CloseSession, TrustSession, ConnectRequest, Connected,
                            EventReceived, AckReceived, Disconnected, Expired>;

class Server {
 public:
  // `random` makes socket ids and recovery secrets and must outlive the server.
  Server(const Config& config, Random& random, Instant now);
  ~Server();

  // ---- from the session layer ----
  void handle_open(Instant now, SessionId session);
  void handle_message(Instant now, SessionId session, bool is_binary, std::string data);
  void handle_closed(Instant now, SessionId session, engineio::CloseReason reason);

  // ---- from the application; a socket that is gone is passed over ----
  void accept(Instant now, SocketId socket);
  // The client has shown a right to be here (it joined a meeting): attachments are taken from now
  // on, and the session layer is told. Stays through a recovery.
  void trust(Instant now, SocketId socket);
  // The client gets `connect_error` with err.message, and err.data if data_json is not empty.
  void refuse(Instant now, SocketId socket, std::string_view message,
              std::string_view data_json = {});
  void emit(Instant now, SocketId socket, const Emit& event);
  // The same for many sockets: kept once, however many may have to be told again.
  void emit(Instant now, SocketId socket, std::shared_ptr<const Emit> event);
  // Never kept for recovery. False when the socket is not connected or has too many open.
  bool emit_with_ack(Instant now, SocketId socket, const Emit& event, std::uint64_t tag,
                     Duration timeout);
  void acknowledge(Instant now, SocketId socket, std::uint64_t ack_id, std::string_view args_json,
                   Attachments attachments = {});
  void join(SocketId socket, std::string_view room);
  void leave(SocketId socket, std::string_view room);
  // To every socket of the namespace that is in the room; an empty room means the whole namespace.
  void broadcast(Instant now, std::string_view nsp, std::string_view room, const Emit& event,
                 std::span<const SocketId> except = {});
  // Leaves its namespace for good. With close_session the connection ends as well.
  void disconnect(Instant now, SocketId socket, bool close_session);

  void handle_timeout(Instant now);
  Instant next_timeout() const;
  bool poll(Output& out);

  bool is_connected(SocketId socket) const;
  // The sockets known: connected, connecting and recoverable.
  std::size_t socket_count() const;
  std::size_t session_count() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::socketio
