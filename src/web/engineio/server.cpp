#include "web/engineio/server.h"

#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/address_shares.h"
#include "base/check.h"
#include "base/ids.h"
#include "base/timer_wheel.h"
#include "web/engineio/session.h"

namespace confab::engineio {
namespace {

struct SidTag {
  static constexpr std::string_view kPrefix = "es";
};
using Sid = Id<SidTag>;

constexpr std::string_view kVersion = "4";

}  // namespace

std::optional<std::uint16_t> node_of_sid(std::string_view sid) {
  const auto parsed = Sid::parse(sid);
  if (!parsed) return std::nullopt;
  return parsed->place().node;
}

class Server::Impl {
 public:
  Impl(const Config& config, Random& random, Instant now)
      : config_(config), random_(random), wheel_(now), shares_(config.sessions_per_address_max) {}

  void handle_request(Instant now, HttpId request, Method method, const Query& query,
                      std::string_view body) {
    if (query.transport != "polling") {
      // A WebSocket that did not ask for the switch of protocols is a bad request.
      refuse(request, query.transport == "websocket" ? RequestError::kBadRequest
                                                     : RequestError::kUnknownTransport);
      return;
    }
    if (query.sid.empty()) {
      handshake(now, request, method, query);
      return;
    }
    Session* session = find(now, query.sid);
    if (session == nullptr) {
      refuse(request, RequestError::kUnknownSid);
      return;
    }
    if (method == Method::kGet) {
      polls_[request] = session->id();
      session->handle_poll(request);
    } else if (method == Method::kPost) {
      session->handle_post(now, request, body);
    } else {
      refuse(request, RequestError::kBadRequest);
    }
    touched(*session);
  }

  void handle_request_abandoned(HttpId request) {
    const auto at = polls_.find(request);
    if (at == polls_.end()) return;
    Session* session = find(at->second);
    polls_.erase(at);
    if (session == nullptr) return;
    session->handle_abandoned(request);
    touched(*session);
  }

  std::optional<Refusal> check_websocket(Instant now, const Query& query) {
    if (query.transport != "websocket") {
      return Refusal{400, request_error_body(RequestError::kUnknownTransport)};
    }
    if (!query.sid.empty()) {
      if (find(now, query.sid) != nullptr) return std::nullopt;
      return Refusal{400, request_error_body(RequestError::kUnknownSid)};
    }
    if (query.eio != kVersion) {
      return Refusal{400, request_error_body(RequestError::kUnsupportedVersion)};
    }
    const unsigned status = refusal_of_newcomer(query.from);
    if (status == 0) return std::nullopt;
    return Refusal{status, request_error_body(RequestError::kForbidden)};
  }

  void handle_websocket_open(Instant now, WebSocketId socket, const Query& query) {
    // It may have gone since check_websocket.
    Session* session = query.sid.empty() ? add(query.from) : find(now, query.sid);
    if (session == nullptr) {
      out_.push_back(WebSocketClose{socket});
      return;
    }
    sockets_[socket] = session->id();
    if (query.sid.empty()) {
      session->open_websocket(now, socket);
    } else {
      session->handle_upgrade_socket(now, socket);
    }
    touched(*session);
  }

  void handle_websocket_message(Instant now, WebSocketId socket, bool is_binary, std::string data) {
    const auto at = sockets_.find(socket);
    Session* session = at == sockets_.end() ? nullptr : find(at->second);
    if (session == nullptr) return;
    session->handle_websocket_message(now, socket, is_binary, std::move(data));
    touched(*session);
  }

  void handle_websocket_closed(WebSocketId socket, std::optional<std::uint16_t> close_code) {
    const auto at = sockets_.find(socket);
    if (at == sockets_.end()) return;
    Session* session = find(at->second);
    sockets_.erase(at);
    if (session == nullptr) return;
    session->handle_websocket_closed(socket, close_code);
    touched(*session);
  }

  void send(SessionId id, bool is_binary, std::string data) {
    Session* session = find(id);
    if (session == nullptr) return;
    session->send(Packet{PacketType::kMessage, is_binary, std::move(data)});
    touched(*session);
  }

  void close(Instant now, SessionId id) {
    Session* session = find(id);
    if (session == nullptr) return;
    session->close(now);
    touched(*session);
  }

  void trust(SessionId id) {
    Session* session = find(id);
    if (session != nullptr) session->trust();
  }

  void handle_timeout(Instant now) {
    while (Timer* timer = wheel_.advance(now)) {
      auto& session = *static_cast<Session*>(timer->owner());
      session.handle_timeout(now);
      touched(session);
    }
  }

  Instant next_timeout() const { return wheel_.next(); }

  bool poll(Output& out) {
    if (out_.empty()) flush_touched();
    if (out_.empty()) return false;
    out = std::move(out_.front());
    out_.pop_front();
    if (const auto* respond = std::get_if<Respond>(&out)) polls_.erase(respond->request);
    return true;
  }

  std::size_t session_count() const { return by_id_.size(); }
  std::uint64_t refused_by_share() const { return refused_by_share_; }

 private:
  void refuse(HttpId request, RequestError error) {
    out_.push_back(Respond{request, 400, request_error_body(error)});
  }

  void handshake(Instant now, HttpId request, Method method, const Query& query) {
    if (method != Method::kGet) {
      refuse(request, RequestError::kBadMethod);
    } else if (query.eio != kVersion) {
      refuse(request, RequestError::kUnsupportedVersion);
    } else if (const unsigned status = refusal_of_newcomer(query.from); status != 0) {
      out_.push_back(Respond{request, status, request_error_body(RequestError::kForbidden)});
    } else {
      Session& session = *add(query.from);
      session.open_polling(now, request);
      touched(session);
    }
  }

  // The status that refuses one more session of this address; 0 lets it in.
  unsigned refusal_of_newcomer(const IpAddress& from) {
    if (!shares_.has_room(from)) {
      ++refused_by_share_;
      return 429;
    }
    return by_id_.size() >= config_.sessions_max ? 503 : 0;
  }

  // Nothing when the last place went since check_websocket.
  Session* add(const IpAddress& from) {
    if (refusal_of_newcomer(from) != 0) return nullptr;
    shares_.take(from);
    const SessionId id{++last_id_};
    std::string sid = Sid::random_at({config_.node, 0}, random_).to_string();
    auto session = std::make_unique<Session>(id, sid, from, config_, out_);
    Session* added = session.get();
    by_sid_[std::move(sid)] = added;
    by_id_[id] = std::move(session);
    return added;
  }

  Session* find(SessionId id) const {
    const auto at = by_id_.find(id);
    return at == by_id_.end() ? nullptr : at->second.get();
  }

  // A session whose time is over is not found, whether the timer has fired already or not.
  Session* find(Instant now, std::string_view sid) {
    const auto at = by_sid_.find(std::string(sid));
    if (at == by_sid_.end()) return nullptr;
    Session& session = *at->second;
    if (now >= session.next_timeout()) {
      session.handle_timeout(now);
      if (!touched(session)) return nullptr;
    }
    return &session;
  }

  // After each change: sets the timer, remembers to flush, forgets what is closed. False if so.
  bool touched(Session& session) {
    DCHECK(session.is_consistent());
    if (session.state() == Session::State::kClosed) {
      shares_.give_back(session.from());
      by_sid_.erase(session.sid());
      by_id_.erase(session.id());
      return false;
    }
    wheel_.set(session.timer, session.next_timeout());
    if (!session.is_websocket()) touched_.push_back(session.id());
    return true;
  }

  void flush_touched() {
    for (const SessionId id : std::exchange(touched_, {})) {
      if (Session* session = find(id)) session->flush();
    }
  }

  const Config config_;
  Random& random_;
  TimerWheel wheel_;
  std::deque<Output> out_;
  AddressShares shares_;
  std::uint64_t refused_by_share_ = 0;
  std::uint64_t last_id_ = 0;
  std::unordered_map<SessionId, std::unique_ptr<Session>> by_id_;
  std::unordered_map<std::string, Session*> by_sid_;
  std::unordered_map<HttpId, SessionId> polls_;
  std::unordered_map<WebSocketId, SessionId> sockets_;
  std::vector<SessionId> touched_;  // may have a poll to be answered
};

Server::Server(const Config& config, Random& random, Instant now)
    : impl_(std::make_unique<Impl>(config, random, now)) {}
Server::~Server() = default;

void Server::handle_request(Instant now, HttpId request, Method method, const Query& query,
                            std::string_view body) {
  impl_->handle_request(now, request, method, query, body);
}
void Server::handle_request_abandoned(Instant /*now*/, HttpId request) {
  impl_->handle_request_abandoned(request);
}
std::optional<Refusal> Server::check_websocket(Instant now, const Query& query) {
  return impl_->check_websocket(now, query);
}
void Server::handle_websocket_open(Instant now, WebSocketId socket, const Query& query) {
  impl_->handle_websocket_open(now, socket, query);
}
void Server::handle_websocket_message(Instant now, WebSocketId socket, bool is_binary,
                                      std::string data) {
  impl_->handle_websocket_message(now, socket, is_binary, std::move(data));
}
void Server::handle_websocket_closed(Instant /*now*/, WebSocketId socket,
                                     std::optional<std::uint16_t> close_code) {
  impl_->handle_websocket_closed(socket, close_code);
}
void Server::send(Instant /*now*/, SessionId session, bool is_binary, std::string data) {
  impl_->send(session, is_binary, std::move(data));
}
void Server::close(Instant now, SessionId session) {
  impl_->close(now, session);
}
void Server::trust(Instant /*now*/, SessionId session) {
  impl_->trust(session);
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
std::size_t Server::session_count() const {
  return impl_->session_count();
}
std::uint64_t Server::refused_by_share() const {
  return impl_->refused_by_share();
}

}  // namespace confab::engineio
