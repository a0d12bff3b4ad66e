#include "service/socketio_http/socketio_http.h"

#include <type_traits>
#include <utility>

#include "platform/clock/clock.h"

namespace confab {

class SocketIoHttp::Impl : public std::enable_shared_from_this<SocketIoHttp::Impl> {
 public:
  Impl(http::EventLoop& loop, http::HttpServer& server, std::string path,
       const engineio::Config& engine, const socketio::Config& config, Random& random,
       Listener listener)
      : loop_(loop),
        sockets_(config, random, monotonic_now()),
        timer_(loop),
        listener_(std::move(listener)),
        engine_(loop, server, std::move(path), engine, random,
                [this](Instant now, engineio::Output event) { handle(now, std::move(event)); }) {}

  // Once for all the application does in this turn of the loop.
  void drain_soon() {
    if (is_draining_ || std::exchange(is_drain_posted_, true)) return;
    loop_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->is_drain_posted_ = false;
      self->drain();
    });
  }

  socketio::Server& sockets() { return sockets_; }
  EngineIoHttp& engine() { return engine_; }

 private:
  void handle(Instant now, engineio::Output event) {
    if (const auto* opened = std::get_if<engineio::Opened>(&event)) {
      sockets_.handle_open(now, opened->session);
    } else if (auto* message = std::get_if<engineio::Message>(&event)) {
      sockets_.handle_message(now, message->session, message->is_binary, std::move(message->data));
    } else if (const auto* closed = std::get_if<engineio::Closed>(&event)) {
      sockets_.handle_closed(now, closed->session, closed->reason);
    }
    drain();
  }

  void drain() {
    if (std::exchange(is_draining_, true)) return;
    socketio::Output output;
    while (sockets_.poll(output)) {
      if (auto* send = std::get_if<socketio::SendToSession>(&output)) {
        engine_.send(send->session, send->is_binary, std::move(send->data));
      } else if (const auto* close = std::get_if<socketio::CloseSession>(&output)) {
        engine_.close(close->session);
      } else if (const auto* trusted = std::get_if<socketio::TrustSession>(&output)) {
        engine_.trust(trusted->session);
      } else {
        listener_(monotonic_now(), std::move(output));
      }
    }
    is_draining_ = false;
    timer_.set(sockets_.next_timeout(), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->sockets_.handle_timeout(monotonic_now());
      self->drain();
    });
  }

  http::EventLoop& loop_;
  socketio::Server sockets_;
  http::LoopTimer timer_;
  Listener listener_;
  bool is_draining_ = false;
  bool is_drain_posted_ = false;
  EngineIoHttp engine_;  // last: it hands on events that need the rest
};

SocketIoHttp::SocketIoHttp(http::EventLoop& loop, http::HttpServer& server, std::string path,
                           const engineio::Config& engine, const socketio::Config& config,
                           Random& random, Listener listener)
    : impl_(std::make_shared<Impl>(loop, server, std::move(path), engine, config, random,
                                   std::move(listener))) {}
SocketIoHttp::~SocketIoHttp() = default;

void SocketIoHttp::accept(socketio::SocketId socket) {
  impl_->sockets().accept(monotonic_now(), socket);
  impl_->drain_soon();
}
void SocketIoHttp::trust(socketio::SocketId socket) {
  impl_->sockets().trust(monotonic_now(), socket);
  impl_->drain_soon();
}
void SocketIoHttp::refuse(socketio::SocketId socket, std::string_view message,
                          std::string_view data_json) {
  impl_->sockets().refuse(monotonic_now(), socket, message, data_json);
  impl_->drain_soon();
}
void SocketIoHttp::emit(socketio::SocketId socket, const socketio::Emit& event) {
  impl_->sockets().emit(monotonic_now(), socket, event);
  impl_->drain_soon();
}

void SocketIoHttp::emit(socketio::SocketId socket, std::shared_ptr<const socketio::Emit> event) {
  impl_->sockets().emit(monotonic_now(), socket, std::move(event));
  impl_->drain_soon();
}
bool SocketIoHttp::emit_with_ack(socketio::SocketId socket, const socketio::Emit& event,
                                 std::uint64_t tag, Duration timeout) {
  const bool is_sent = impl_->sockets().emit_with_ack(monotonic_now(), socket, event, tag, timeout);
  impl_->drain_soon();
  return is_sent;
}
void SocketIoHttp::acknowledge(socketio::SocketId socket, std::uint64_t ack_id,
                               std::string_view args_json, socketio::Attachments attachments) {
  impl_->sockets().acknowledge(monotonic_now(), socket, ack_id, args_json, std::move(attachments));
  impl_->drain_soon();
}
void SocketIoHttp::join(socketio::SocketId socket, std::string_view room) {
  impl_->sockets().join(socket, room);
}
void SocketIoHttp::leave(socketio::SocketId socket, std::string_view room) {
  impl_->sockets().leave(socket, room);
}
void SocketIoHttp::broadcast(std::string_view nsp, std::string_view room,
                             const socketio::Emit& event,
                             std::span<const socketio::SocketId> except) {
  impl_->sockets().broadcast(monotonic_now(), nsp, room, event, except);
  impl_->drain_soon();
}
void SocketIoHttp::disconnect(socketio::SocketId socket, bool close_session) {
  impl_->sockets().disconnect(monotonic_now(), socket, close_session);
  impl_->drain_soon();
}

void SocketIoHttp::set_note(OpenerNote note) {
  impl_->engine().set_note(std::move(note));
}
Opener SocketIoHttp::opener(engineio::SessionId session) const {
  return impl_->engine().opener(session);
}
std::size_t SocketIoHttp::session_count() const {
  return impl_->engine().session_count();
}
std::uint64_t SocketIoHttp::refused_by_share() const {
  return impl_->engine().refused_by_share();
}
std::size_t SocketIoHttp::socket_count() const {
  return impl_->sockets().socket_count();
}

}  // namespace confab
