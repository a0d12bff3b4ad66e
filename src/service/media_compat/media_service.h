// media.MediaService of the reference system (proto/media/media.proto) and its twins of HTTP: a
// signaling service that was written for the reference drives this media plane by them. Whoever
// reaches these listeners may command: they are for a private network. Loop thread only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/net.h"
#include "base/random.h"
#include "control/media.h"
#include "control/rooms/desk.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "platform/rpc/server.h"
#include "service/media_compat/methods.h"

namespace confab::media_compat {

class MediaService final : public control::MediaListener {
 public:
  struct Setup {
    Endpoint grpc_listen;
    Endpoint http_listen;
    http::ServerOptions http;  // its largest body is set here
    rooms::Limits limits;
  };

  // Listens when it returns. References outlive it; it is `media`'s listener.
  static Result<std::unique_ptr<MediaService>> start(const Setup& setup, http::EventLoop& loop,
                                                     control::MediaControl& media, Random& random,
                                                     LogSink& log);
  ~MediaService() override;

  void on_media_completion(control::MediaCompletion completion) override;
  void on_media_event(control::MediaEvent event) override;

  // No new rooms meanwhile.
  void set_draining(bool is_draining);
  // Takes no more calls.
  void stop();
  std::size_t rooms() const { return desk_.gauges().rooms; }
  std::uint16_t grpc_port() const { return grpc_->port(); }
  std::uint16_t http_port() const { return http_port_; }
  const http::HttpServer& http_server() const { return http_; }

  void expose(metrics::Exposition& out) const;

 private:
  using Desk = rooms::Desk;
  struct Call {
    const Method* method = nullptr;
    std::variant<std::unique_ptr<rpc::Stream>, http::Responder> caller;
  };

  MediaService(const Setup& setup, http::EventLoop& loop, control::MediaControl& media,
               Random& random, LogSink& log);
  Result<void> listen(const Setup& setup);

  rpc::Stream::Handlers accept(const std::string& path, std::unique_ptr<rpc::Stream> stream);
  void hear(rooms::CallId id, const std::string& bytes);
  void add_route(const Method& method);
  void hear(const Method& method, const http::Request& request, http::Responder responder);
  // Whatever came, as fields.
  void ask(rooms::CallId id, Result<boost::json::value> fields);
  void give_up_silent(Instant now);

  void pump();
  void perform(Desk::Execute& command);
  void perform(Desk::Reply& reply);
  void answer(Call& call, const Result<rooms::Answer>& answer);
  void refuse(rooms::CallId id, const Error& error);
  void count(ErrorCode code);
  static void answer(const Method& method, rpc::Stream& stream,
                     const Result<rooms::Answer>& answer);
  static void answer(http::Responder& responder, const Result<rooms::Answer>& answer);

  http::EventLoop& loop_;
  control::MediaControl& media_;
  Desk desk_;
  http::LoopTimer timer_;
  std::unordered_map<rooms::CallId, Call> calls_;
  // Calls of gRPC that have not said what they want, until when; in the order of both.
  std::map<rooms::CallId, Instant> silent_;
  rooms::CallId last_call_ = 0;
  bool is_pumping_ = false;
  // What did not get as far as the desk.
  std::array<std::uint64_t, static_cast<std::size_t>(ErrorCode::kInternal) + 1> refused_{};
  http::HttpServer http_;
  std::uint16_t http_port_ = 0;
  std::unique_ptr<rpc::Server> grpc_;
};

}  // namespace confab::media_compat
