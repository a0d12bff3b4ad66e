#include "web/socketio/server.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/timer_wheel.h"
#include "web/socketio/json.h"
#include "web/socketio/outbox.h"
#include "web/socketio/packet.h"
#include "web/socketio/rooms.h"
#include "web/socketio/socket.h"

namespace confab::socketio {
namespace {

struct PidTag {
  static constexpr std::string_view kPrefix = "sp";
};

std::optional<std::string> string_member(const std::vector<JsonMember>& members,
                                         std::string_view key) {
  const auto value = find_member(members, key);
  return value ? json_unquote(*value) : std::nullopt;
}

}  // namespace

class Server::Impl {
 public:
  Impl(const Config& config, Random& random, Instant now)
      : config_(config), random_(random), session_wheel_(now), socket_wheel_(now) {}

  // ---- sessions ----

  void handle_open(Instant now, SessionId id) {
    auto session = std::make_unique<Session>(id, config_);
    Session& opened = *session;
    sessions_[id] = std::move(session);
    expect_connect(now, opened);
  }

  void handle_message(Instant now, SessionId id, bool is_binary, std::string data) {
    Session* session = find(id);
    if (session == nullptr) return;
    auto step =
        is_binary ? session->decoder.add_binary(std::move(data)) : session->decoder.add_text(data);
    if (!step || (session->decoder.is_waiting() && !session->is_trusted)) {
      fail(now, *session);
      return;
    }
    const bool was_waiting = session->attachments_by != kNever;
    if (was_waiting != session->decoder.is_waiting()) {
      session->attachments_by = was_waiting ? kNever : now + config_.attachment_timeout;
      set_timer(*session);
    }
    if (*step) handle_packet(now, *session, std::move(**step));
  }

  void handle_closed(Instant now, SessionId id, DisconnectReason reason) {
    const auto at = sessions_.find(id);
    if (at == sessions_.end()) return;
    const std::unique_ptr<Session> session = std::move(at->second);
    sessions_.erase(at);
    for (const auto& [nsp, socket] : session->sockets) lose(now, *find(socket), reason);
  }

  // ---- application ----

  void accept(SocketId id) {
    Socket* socket = find(id);
    if (socket == nullptr || socket->state != Socket::State::kRequested) return;
    socket->state = Socket::State::kConnected;
    if (config_.recovery_window > Duration::zero()) {
      socket->pid = Id<PidTag>::random(random_).to_string();
      by_pid_[socket->pid] = id;
    }
    rooms_.join(id, socket->nsp, {});
    welcome(*socket, false);
  }

  void trust(SocketId id) {
    Socket* socket = find(id);
    if (socket == nullptr || socket->state != Socket::State::kConnected) return;
    socket->is_trusted = true;
    trust(*find(socket->session));
  }

  void refuse(Instant now, SocketId id, std::string_view message, std::string_view data_json) {
    Socket* socket = find(id);
    if (socket == nullptr || socket->state != Socket::State::kRequested) return;
    Session& session = *find(socket->session);
    out_.connect_error(session.id, socket->wire_nsp, message, data_json);
    session.sockets.erase(socket->wire_nsp);
    erase(*socket);
    if (++session.refusals < config_.refusals_max) return expect_connect(now, session);
    const SessionId session_id = session.id;
    out_.push(CloseSession{session_id});
    handle_closed(now, session_id, DisconnectReason::kServerDisconnected);
  }

  void emit(Instant now, SocketId id, const std::shared_ptr<const Emit>& event) {
    if (Socket* socket = find(id)) deliver(now, *socket, event);
  }

  bool emit_with_ack(Instant now, SocketId id, const Emit& event, std::uint64_t tag,
                     Duration timeout) {
    Socket* socket = find(id);
    if (socket == nullptr || socket->state != Socket::State::kConnected ||
        socket->pending_acks.size() >= config_.pending_acks_max) {
      return false;
    }
    const std::uint64_t ack_id = socket->next_ack_id++;
    socket->pending_acks[ack_id] = {tag, now + timeout};
    out_.event(*socket, event, ack_id);
    set_timer(*socket);
    return true;
  }

  void acknowledge(SocketId id, std::uint64_t ack_id, std::string_view args_json,
                   const Attachments& attachments) {
    Socket* socket = find(id);
    if (socket == nullptr || socket->state != Socket::State::kConnected) return;
    out_.acknowledgement(*socket, ack_id, args_json, attachments);
  }

  void join(SocketId id, std::string_view room) {
    const Socket* socket = find(id);
    if (socket == nullptr || socket->state == Socket::State::kRequested) return;
    rooms_.join(id, socket->nsp, room);
  }

  void leave(SocketId id, std::string_view room) {
    if (const Socket* socket = find(id)) rooms_.leave(id, socket->nsp, room);
  }

  void broadcast(Instant now, std::string_view nsp, std::string_view room, const Emit& event,
                 std::span<const SocketId> except) {
    const auto shared = std::make_shared<const Emit>(event);
    for (const SocketId id : rooms_.members(nsp, room)) {
      if (std::ranges::find(except, id) == except.end()) deliver(now, *find(id), shared);
    }
  }

  void disconnect(Instant now, SocketId id, bool close_session) {
    Socket* socket = find(id);
    if (socket == nullptr) return;
    if (socket->state == Socket::State::kLost) {
      expire(*socket);
      return;
    }
    const SessionId session_id = socket->session;
    Session& session = *find(session_id);
    out_.disconnect(*socket);
    session.sockets.erase(socket->wire_nsp);
    session.left.insert(socket->wire_nsp);
    drop(*socket, DisconnectReason::kServerDisconnected);
    if (!close_session) return;
    out_.push(CloseSession{session_id});
    handle_closed(now, session_id, DisconnectReason::kServerDisconnected);
  }

  // ---- time and output ----

  void handle_timeout(Instant now) {
    while (Timer* timer = session_wheel_.advance(now)) {
      auto& session = *static_cast<Session*>(timer->owner());
      // The timer is not taken back when a namespace is connected in time.
      const bool is_late = session.sockets.empty() && now >= session.connect_by;
      if (is_late || now >= session.attachments_by) {
        fail(now, session);
      } else if (now >= session.connect_by) {
        session.connect_by = kNever;
        set_timer(session);
      }
    }
    while (Timer* timer = socket_wheel_.advance(now)) {
      auto& socket = *static_cast<Socket*>(timer->owner());
      if (now >= socket.expires_at) {
        expire(socket);
      } else {
        drop_acks(socket, now);
        set_timer(socket);
      }
    }
  }

  Instant next_timeout() const { return std::min(session_wheel_.next(), socket_wheel_.next()); }

  bool poll(Output& out) { return out_.poll(out); }

  bool is_connected(SocketId id) const {
    const Socket* socket = find(id);
    return socket != nullptr && socket->state == Socket::State::kConnected;
  }
  std::size_t socket_count() const { return sockets_.size(); }
  std::size_t session_count() const { return sessions_.size(); }

 private:
  Session* find(SessionId id) const {
    const auto at = sessions_.find(id);
    return at == sessions_.end() ? nullptr : at->second.get();
  }
  Socket* find(SocketId id) const {
    const auto at = sockets_.find(id);
    return at == sockets_.end() ? nullptr : at->second.get();
  }

  // ---- packets ----

  void handle_packet(Instant now, Session& session, WholePacket whole) {
    if (whole.packet.type == PacketType::kConnect) {
      handle_connect(now, session, whole.packet);
      return;
    }
    const auto at = session.sockets.find(whole.packet.nsp);
    if (at == session.sockets.end()) {
      if (!session.left.contains(whole.packet.nsp)) fail(now, session);
      return;
    }
    Socket& socket = *find(at->second);
    switch (whole.packet.type) {
      case PacketType::kDisconnect:
        session.left.insert(at->first);
        session.sockets.erase(at);
        drop(socket, DisconnectReason::kClientDisconnected);
        return;
      case PacketType::kEvent:
      case PacketType::kBinaryEvent:
        handle_event(now, session, socket, std::move(whole));
        return;
      case PacketType::kAck:
      case PacketType::kBinaryAck:
        handle_ack(socket, std::move(whole));
        return;
      case PacketType::kConnect:
      case PacketType::kConnectError:
        // Only a server sends errors.
        fail(now, session);
        return;
    }
  }

  void handle_connect(Instant now, Session& session, const Packet& packet) {
    const auto known = std::ranges::find(config_.namespaces, packet.nsp,
                                         &std::pair<std::string, std::string>::first);
    if (known == config_.namespaces.end()) {
      out_.connect_error(session.id, packet.nsp, "Invalid namespace", {});
      return;
    }
    if (session.sockets.contains(packet.nsp)) {
      fail(now, session);
      return;
    }
    if (try_recover(now, session, packet)) return;
    auto socket =
        std::make_unique<Socket>(SocketId::random_at({config_.node, 0}, random_), config_);
    socket->session = session.id;
    socket->wire_nsp = packet.nsp;
    socket->nsp = known->second;
    session.sockets[packet.nsp] = socket->id;
    out_.push(ConnectRequest{socket->id, session.id, socket->nsp,
                             packet.json.empty() ? "{}" : packet.json});
    sockets_[socket->id] = std::move(socket);
  }

  // The client shows the secret of a socket and the last offset it has seen. If everything since is
  // still here, that socket goes on; otherwise it connects as a new one.
  bool try_recover(Instant now, Session& session, const Packet& packet) {
    if (packet.json.empty() || by_pid_.empty()) return false;
    const auto auth = parse_json_object(packet.json);
    const auto pid = string_member(*auth, "pid");
    const auto at = pid ? by_pid_.find(*pid) : by_pid_.end();
    if (at == by_pid_.end()) return false;
    Socket& socket = *find(at->second);
    // A client that has seen no event has no offset.
    const auto offset = parse_offset(string_member(*auth, "offset").value_or(offset_text(0)));
    if (!offset || socket.wire_nsp != packet.nsp || !socket.log.covers(*offset)) return false;
    // A half-open connection: the client knows before we do that its old one is gone.
    if (socket.state == Socket::State::kConnected) replace(now, socket);
    socket.state = Socket::State::kConnected;
    socket.session = session.id;
    socket.expires_at = kNever;
    set_timer(socket);
    session.sockets[packet.nsp] = socket.id;
    socket.log.confirm(*offset);
    if (socket.is_trusted) trust(session);
    welcome(socket, true);
    return true;
  }

  void replace(Instant now, Socket& socket) {
    const SessionId old = socket.session;
    find(old)->sockets.erase(socket.wire_nsp);
    drop_acks(socket, kNever);
    out_.push(Disconnected{socket.id, socket.nsp, DisconnectReason::kReplaced, true});
    out_.push(CloseSession{old});
    handle_closed(now, old, DisconnectReason::kTransportClosed);
  }

  void handle_event(Instant now, Session& session, Socket& socket, WholePacket whole) {
    if (socket.state != Socket::State::kConnected) {
      fail(now, session);
      return;
    }
    out_.push(EventReceived{socket.id, socket.nsp, std::move(whole.packet.name),
                            std::move(whole.packet.json), std::move(whole.attachments),
                            whole.packet.ack_id});
  }

  void handle_ack(Socket& socket, WholePacket whole) {
    const auto at = socket.pending_acks.find(*whole.packet.ack_id);
    if (at == socket.pending_acks.end()) return;  // too late
    out_.push(AckReceived{socket.id, at->second.tag, std::move(whole.packet.json),
                          std::move(whole.attachments)});
    socket.pending_acks.erase(at);
    set_timer(socket);
  }

  void deliver(Instant now, Socket& socket, const std::shared_ptr<const Emit>& event) {
    if (socket.state == Socket::State::kRequested) return;
    const bool is_kept = !socket.pid.empty() && !event->is_volatile;
    const std::uint64_t offset = is_kept ? socket.log.add(now, event) : 0;
    if (socket.state != Socket::State::kConnected) return;
    if (is_kept) {
      out_.kept_event(socket, *event, offset);
    } else {
      out_.event(socket, *event, std::nullopt);
    }
  }

  void welcome(const Socket& socket, bool is_recovered) {
    out_.welcome(socket);
    out_.push(Connected{socket.id, socket.session, socket.nsp, is_recovered});
  }

  // ---- endings ----

  void fail(Instant now, Session& session) {
    const SessionId id = session.id;
    out_.push(CloseSession{id});
    handle_closed(now, id, DisconnectReason::kParseError);
  }

  // The session of the socket is gone.
  void lose(Instant now, Socket& socket, DisconnectReason reason) {
    if (socket.pid.empty() || !is_recoverable(reason)) {
      drop(socket, reason);
      return;
    }
    socket.state = Socket::State::kLost;
    socket.expires_at = now + config_.recovery_window;
    drop_acks(socket, kNever);
    set_timer(socket);
    out_.push(Disconnected{socket.id, socket.nsp, reason, true});
  }

  void drop(Socket& socket, DisconnectReason reason) {
    drop_acks(socket, kNever);
    out_.push(Disconnected{socket.id, socket.nsp, reason, false});
    erase(socket);
  }

  void expire(Socket& socket) {
    out_.push(Expired{socket.id, socket.nsp});
    erase(socket);
  }

  void erase(Socket& socket) {
    const SocketId id = socket.id;
    by_pid_.erase(socket.pid);
    rooms_.leave_all(id);
    sockets_.erase(id);
  }

  // Those that should have come by `until`.
  void drop_acks(Socket& socket, Instant until) {
    std::erase_if(socket.pending_acks, [this, &socket, until](const auto& entry) {
      if (entry.second.by > until) return false;
      out_.push(AckReceived{socket.id, entry.second.tag, std::nullopt, {}});
      return true;
    });
  }

  void trust(Session& session) {
    if (!std::exchange(session.is_trusted, true)) out_.push(TrustSession{session.id});
  }

  // At first, and after a refusal, the client has its time to try, and no more.
  void expect_connect(Instant now, Session& session) {
    if (!session.sockets.empty()) return;
    session.connect_by = now + config_.connect_timeout;
    set_timer(session);
  }

  void set_timer(Session& session) {
    session_wheel_.set(session.timer, std::min(session.connect_by, session.attachments_by));
  }

  void set_timer(Socket& socket) {
    DCHECK(socket.is_consistent());
    Instant soonest = socket.expires_at;
    for (const auto& [id, pending] : socket.pending_acks) soonest = std::min(soonest, pending.by);
    socket_wheel_.set(socket.timer, soonest);
  }

  const Config config_;
  Random& random_;
  TimerWheel session_wheel_;
  TimerWheel socket_wheel_;
  Outbox out_;
  Rooms rooms_;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  std::unordered_map<SocketId, std::unique_ptr<Socket>> sockets_;
  std::unordered_map<std::string, SocketId> by_pid_;
};

Server::Server(const Config& config, Random& random, Instant now)
    : impl_(std::make_unique<Impl>(config, random, now)) {}
Server::~Server() = default;

void Server::handle_open(Instant now, SessionId session) {
  impl_->handle_open(now, session);
}
void Server::handle_message(Instant now, SessionId session, bool is_binary, std::string data) {
  impl_->handle_message(now, session, is_binary, std::move(data));
}
void Server::handle_closed(Instant now, SessionId session, engineio::CloseReason reason) {
  impl_->handle_closed(now, session, to_disconnect_reason(reason));
}
void Server::accept(Instant /*now*/, SocketId socket) {
  impl_->accept(socket);
}
void Server::refuse(Instant now, SocketId socket, std::string_view message,
                    std::string_view data_json) {
  impl_->refuse(now, socket, message, data_json);
}
void Server::trust(Instant /*now*/, SocketId socket) {
  impl_->trust(socket);
}
void Server::emit(Instant now, SocketId socket, const Emit& event) {
  impl_->emit(now, socket, std::make_shared<const Emit>(event));
}

void Server::emit(Instant now, SocketId socket, std::shared_ptr<const Emit> event) {
  impl_->emit(now, socket, event);
}
bool Server::emit_with_ack(Instant now, SocketId socket, const Emit& event, std::uint64_t tag,
                           Duration timeout) {
  return impl_->emit_with_ack(now, socket, event, tag, timeout);
}
void Server::acknowledge(Instant /*now*/, SocketId socket, std::uint64_t ack_id,
                         std::string_view args_json, Attachments attachments) {
  impl_->acknowledge(socket, ack_id, args_json, attachments);
}
void Server::join(SocketId socket, std::string_view room) {
  impl_->join(socket, room);
}
void Server::leave(SocketId socket, std::string_view room) {
  impl_->leave(socket, room);
}
void Server::broadcast(Instant now, std::string_view nsp, std::string_view room, const Emit& event,
                       std::span<const SocketId> except) {
  impl_->broadcast(now, nsp, room, event, except);
}
void Server::disconnect(Instant now, SocketId socket, bool close_session) {
  impl_->disconnect(now, socket, close_session);
}
void Server::handle_timeout(Instant now) {
  impl_->handle_timeout(now);
}
Instant Server::next_timeout() const {
  return impl_->next_timeout();
}
bool Server::poll(Output& out) {
  return impl_->poll(out);
}
bool Server::is_connected(SocketId socket) const {
  return impl_->is_connected(socket);
}
std::size_t Server::socket_count() const {
  return impl_->socket_count();
}
std::size_t Server::session_count() const {
  return impl_->session_count();
}

}  // namespace confab::socketio
