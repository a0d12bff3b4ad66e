// The door of a media node for signaling nodes: control/session's MediaDesk behind a server of
// gRPC, before a MediaControl of this process. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/log.h"
#include "control/media.h"
#include "control/session/media_desk.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/rpc/server.h"
#include "service/media_rpc/operator_api.h"

namespace confab::media_rpc {

class MediaServer final : public control::MediaListener {
 public:
  struct Setup {
    control::MediaHello self;
    Endpoint listen;
    rpc::Credentials credentials;
    // How many transports there are, for the load that is told.
    std::function<std::uint32_t()> transports = [] { return 0u; };
    // For others who open meetings on this node.
    std::function<void(bool is_draining)> on_draining = [](bool) {};
  };

  // Listens when it returns. References outlive it; it is `media`'s listener.
  static Result<std::unique_ptr<MediaServer>> start(Setup setup, http::EventLoop& loop,
                                                    control::MediaControl& media, LogSink& log);
  ~MediaServer() override;

  void on_media_completion(control::MediaCompletion completion) override;
  void on_media_event(control::MediaEvent event) override;

  // The process is going to end: no new meetings; owners are told at once. With `is_leaving` they
  // take those that are here elsewhere. It can not be undone.
  void drain(bool is_leaving);
  // By an operator: the same now, and leaving after that time. It can be undone.
  void drain_until(Duration deadline);
  // kConflict if the process is going to end.
  Result<void> undrain();
  bool is_draining() const { return desk_.load().is_draining; }
  // For the connections that come from now on (its certificate; not the secret).
  void use_credentials(const rpc::Credentials& credentials) {
    if (credentials.tls) server_->use_certificate(*credentials.tls);
  }
  std::size_t meetings() const { return desk_.meetings(); }
  std::uint16_t port() const { return server_->port(); }

  void expose(metrics::Exposition& out) const;

 private:
  using Desk = control::MediaDesk;
  MediaServer(Setup setup, http::EventLoop& loop, control::MediaControl& media, LogSink& log);
  rpc::Stream::Handlers accept(std::unique_ptr<rpc::Stream> stream);
  void hear(Desk::StreamId id, const std::string& bytes);
  void pump();
  void set_draining(bool is_draining, bool is_leaving);
  void ask_stats(const MeetingId& meeting, OperatorApi::Stats answer);
  void perform(Desk::SendTo& send);
  void perform(Desk::CloseStream& close);
  void perform(Desk::Execute& command);

  const Setup setup_;
  http::EventLoop& loop_;
  control::MediaControl& media_;
  LogSink& log_;
  Desk desk_;
  http::LoopTimer timer_;
  http::LoopTimer leave_;
  bool is_ending_ = false;
  std::unordered_map<Desk::StreamId, std::unique_ptr<rpc::Stream>> streams_;
  OperatorApi operators_;
  // What operators have asked of the media plane; their numbers are none of the desk's.
  std::unordered_map<control::RequestId, OperatorApi::Stats> asked_;
  control::RequestId last_asked_;
  Desk::StreamId last_stream_ = 0;
  bool is_pumping_ = false;
  std::uint64_t messages_malformed_ = 0;
  std::uint64_t streams_slow_ = 0;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace confab::media_rpc
