// Joins Engine.IO and Socket.IO to the HTTP server: requests and WebSockets in, events out. Wiring
// only; the protocols are in src/web. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"
#include "base/trace_context.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "web/engineio/server.h"
#include "web/socketio/server.h"

namespace confab {

// What of the HTTP request that opened a session is known as long as the session.
struct Opener {
  Endpoint remote;
  TraceContext trace;  // its traceparent, if it had one
  std::string note;    // what the owner of the server reads from it besides (OpenerNote)
};
// Reads something of the request that opens a session; kept as long as that.
using OpenerNote = std::function<std::string(const http::Request& request)>;

// An Engine.IO server on a path of an HTTP server.
class EngineIoHttp {
 public:
  // Called with Opened, Message and Closed; it may call send() and close().
  using Listener = std::function<void(Instant now, engineio::Output event)>;

  // `path` as "/socket.io/". All references must outlive the object; destroy it after the loop has
  // stopped.
  EngineIoHttp(http::EventLoop& loop, http::HttpServer& server, std::string path,
               const engineio::Config& config, Random& random, Listener listener);
  ~EngineIoHttp();

  void send(engineio::SessionId session, bool is_binary, std::string data);
  void close(engineio::SessionId session);
  // Large messages from now on.
  void trust(engineio::SessionId session);
  // Unspecified when it is gone.
  Opener opener(engineio::SessionId session) const;
  void set_note(OpenerNote note);
  std::size_t session_count() const;
  std::uint64_t refused_by_share() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // callbacks of requests in flight look whether it still lives
};

// A Socket.IO server on a path of an HTTP server.
class SocketIoHttp {
 public:
  // Called with the application's outputs of socketio::Server. It may call anything below; what
  // that leads to is delivered after it returns.
  using Listener = std::function<void(Instant now, socketio::Output event)>;

  SocketIoHttp(http::EventLoop& loop, http::HttpServer& server, std::string path,
               const engineio::Config& engine, const socketio::Config& config, Random& random,
               Listener listener);
  ~SocketIoHttp();

  void accept(socketio::SocketId socket);
  // It has shown a right to be here: attachments and large messages from now on.
  void trust(socketio::SocketId socket);
  void refuse(socketio::SocketId socket, std::string_view message, std::string_view data_json = {});
  void emit(socketio::SocketId socket, const socketio::Emit& event);
  void emit(socketio::SocketId socket, std::shared_ptr<const socketio::Emit> event);
  bool emit_with_ack(socketio::SocketId socket, const socketio::Emit& event, std::uint64_t tag,
                     Duration timeout);
  void acknowledge(socketio::SocketId socket, std::uint64_t ack_id, std::string_view args_json,
                   socketio::Attachments attachments = {});
  void join(socketio::SocketId socket, std::string_view room);
  void leave(socketio::SocketId socket, std::string_view room);
  void broadcast(std::string_view nsp, std::string_view room, const socketio::Emit& event,
                 std::span<const socketio::SocketId> except = {});
  void disconnect(socketio::SocketId socket, bool close_session);

  // Of the session of a ConnectRequest or Connected.
  Opener opener(engineio::SessionId session) const;
  void set_note(OpenerNote note);
  std::size_t session_count() const;
  std::size_t socket_count() const;
  // Sessions that were not opened, because an address had its share.
  std::uint64_t refused_by_share() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace confab
