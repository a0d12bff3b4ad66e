#include <optional>
#include <unordered_map>
#include <utility>

#include "platform/clock/clock.h"
#include "service/socketio_http/socketio_http.h"

namespace confab {
namespace {

// Owns the text an engineio::Query looks at.
struct QueryText {
  explicit QueryText(const http::Request& request)
      : eio(request.query_value("EIO").value_or("")),
        transport(request.query_value("transport").value_or("")),
        sid(request.query_value("sid").value_or("")),
        from(request.remote.address) {}

  engineio::Query view() const { return {eio, transport, sid, from}; }

  std::string eio;
  std::string transport;
  std::string sid;
  IpAddress from;
};

engineio::Method to_method(http::Method method) {
  if (method == http::Method::kGet) return engineio::Method::kGet;
  if (method == http::Method::kPost) return engineio::Method::kPost;
  return engineio::Method::kOther;
}

Opener opener_of(const http::Request& request, const OpenerNote& note) {
  return {request.remote,
          TraceContext::parse(request.header("traceparent")).value_or(TraceContext{}),
          note ? note(request) : std::string{}};
}

http::Response to_response(unsigned status, std::string body) {
  http::Response response = status == 200 ? http::Response::text(status, std::move(body))
                                          : http::Response::json(status, std::move(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace

class EngineIoHttp::Impl : public std::enable_shared_from_this<EngineIoHttp::Impl> {
 public:
  Impl(http::EventLoop& loop, const engineio::Config& config, Random& random, Listener listener)
      : loop_(loop),
        engine_(config, random, monotonic_now()),
        timer_(loop),
        listener_(std::move(listener)) {}

  void attach(http::HttpServer& server, const std::string& path) {
    const auto weak = weak_from_this();
    server.route_any(path + "*", [weak](const http::Request& request, http::Responder responder) {
      if (const auto self = weak.lock()) self->handle_request(request, std::move(responder));
    });
    server.websocket(
        path + "*",
        [weak](const http::Request& request) -> std::optional<http::Response> {
          const auto self = weak.lock();
          return self ? self->check(request) : http::Response::text(503, {});
        },
        [weak](const http::Request& request, const std::shared_ptr<http::WebSocket>& socket) {
          if (const auto self = weak.lock()) self->handle_open(request, socket);
        });
  }

  void send(engineio::SessionId session, bool is_binary, std::string data) {
    engine_.send(monotonic_now(), session, is_binary, std::move(data));
    drain_soon();
  }

  void close(engineio::SessionId session) {
    engine_.close(monotonic_now(), session);
    drain_soon();
  }

  void trust(engineio::SessionId session) {
    engine_.trust(monotonic_now(), session);
    drain_soon();
  }

  Opener opener(engineio::SessionId session) const {
    const auto at = openers_.find(session);
    return at == openers_.end() ? Opener{} : at->second;
  }
  void set_note(OpenerNote note) { note_ = std::move(note); }
  std::size_t session_count() const { return engine_.session_count(); }
  std::uint64_t refused_by_share() const { return engine_.refused_by_share(); }

 private:
  void handle_request(const http::Request& request, http::Responder responder) {
    const engineio::HttpId id{++last_request_};
    const QueryText query(request);
    responder.on_abandoned([weak = weak_from_this(), id] {
      if (const auto self = weak.lock()) self->handle_abandoned(id);
    });
    requests_.emplace(id, std::move(responder));
    opening_ = opener_of(request, note_);
    engine_.handle_request(monotonic_now(), id, to_method(request.method), query.view(),
                           request.body);
    drain();
  }

  void handle_abandoned(engineio::HttpId id) {
    requests_.erase(id);
    engine_.handle_request_abandoned(monotonic_now(), id);
    drain();
  }

  std::optional<http::Response> check(const http::Request& request) {
    const QueryText query(request);
    auto refusal = engine_.check_websocket(monotonic_now(), query.view());
    drain();
    if (!refusal) return std::nullopt;
    return to_response(refusal->status, std::move(refusal->body));
  }

  void handle_open(const http::Request& request, const std::shared_ptr<http::WebSocket>& socket) {
    const engineio::WebSocketId id{++last_socket_};
    const QueryText query(request);
    socket->on_message([weak = weak_from_this(), id](bool is_binary, std::string data) {
      const auto self = weak.lock();
      if (!self) return;
      self->engine_.handle_websocket_message(monotonic_now(), id, is_binary, std::move(data));
      self->drain();
    });
    socket->on_closed([weak = weak_from_this(), id](std::optional<std::uint16_t> close_code) {
      const auto self = weak.lock();
      if (!self) return;
      self->sockets_.erase(id);
      self->engine_.handle_websocket_closed(monotonic_now(), id, close_code);
      self->drain();
    });
    sockets_[id] = socket;
    opening_ = opener_of(request, note_);
    engine_.handle_websocket_open(monotonic_now(), id, query.view());
    drain();
  }

  // Once for all that is sent in this turn of the loop: a poll takes it in one body.
  void drain_soon() {
    if (is_draining_ || std::exchange(is_drain_posted_, true)) return;
    loop_.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->is_drain_posted_ = false;
      self->drain();
    });
  }

  void drain() {
    if (std::exchange(is_draining_, true)) return;
    engineio::Output output;
    while (engine_.poll(output)) {
      std::visit([this](auto& what) { handle(what); }, output);
    }
    is_draining_ = false;
    timer_.set(engine_.next_timeout(), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->engine_.handle_timeout(monotonic_now());
      self->drain();
    });
  }

  void handle(engineio::Respond& respond) {
    auto request = requests_.extract(respond.request);
    if (request) request.mapped().send(to_response(respond.status, std::move(respond.body)));
  }
  void handle(engineio::WebSocketSend& send) {
    const auto at = sockets_.find(send.socket);
    if (at != sockets_.end()) at->second->send(send.is_binary, std::move(send.data));
  }
  void handle(engineio::WebSocketClose& close) {
    const auto at = sockets_.find(close.socket);
    if (at != sockets_.end()) at->second->close();
  }
  void handle(engineio::WebSocketTrusted& trusted) {
    const auto at = sockets_.find(trusted.socket);
    if (at != sockets_.end()) at->second->allow_large_messages();
  }
  void handle(engineio::Opened& opened) {
    openers_[opened.session] = opening_;
    listener_(monotonic_now(), opened);
  }
  void handle(engineio::Message& message) { listener_(monotonic_now(), std::move(message)); }
  void handle(engineio::Closed& closed) {
    const engineio::SessionId session = closed.session;
    listener_(monotonic_now(), closed);
    openers_.erase(session);
  }

  http::EventLoop& loop_;
  engineio::Server engine_;
  http::LoopTimer timer_;
  Listener listener_;
  std::uint64_t last_request_ = 0;
  std::uint64_t last_socket_ = 0;
  Opener opening_;
  OpenerNote note_;
  std::unordered_map<engineio::HttpId, http::Responder> requests_;
  // Shared with the connection.
  std::unordered_map<engineio::WebSocketId, std::shared_ptr<http::WebSocket>> sockets_;
  std::unordered_map<engineio::SessionId, Opener> openers_;
  bool is_draining_ = false;
  bool is_drain_posted_ = false;
};

EngineIoHttp::EngineIoHttp(http::EventLoop& loop, http::HttpServer& server, std::string path,
                           const engineio::Config& config, Random& random, Listener listener)
    : impl_(std::make_shared<Impl>(loop, config, random, std::move(listener))) {
  impl_->attach(server, path);
}
EngineIoHttp::~EngineIoHttp() = default;

void EngineIoHttp::send(engineio::SessionId session, bool is_binary, std::string data) {
  impl_->send(session, is_binary, std::move(data));
}
void EngineIoHttp::close(engineio::SessionId session) {
  impl_->close(session);
}
void EngineIoHttp::trust(engineio::SessionId session) {
  impl_->trust(session);
}
std::uint64_t EngineIoHttp::refused_by_share() const {
  return impl_->refused_by_share();
}
Opener EngineIoHttp::opener(engineio::SessionId session) const {
  return impl_->opener(session);
}
void EngineIoHttp::set_note(OpenerNote note) {
  impl_->set_note(std::move(note));
}
std::size_t EngineIoHttp::session_count() const {
  return impl_->session_count();
}

}  // namespace confab
