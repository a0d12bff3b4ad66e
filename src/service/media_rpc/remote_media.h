// MediaControl for a media node of another process: control/session's OwnerSession over a stream of
// gRPC. Loop thread only. What it reports never comes from inside send().
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "control/media.h"
#include "control/session/owner_session.h"
#include "platform/http/event_loop.h"
#include "platform/rpc/client.h"
#include "service/media_rpc/drain_calls.h"

namespace confab::media_rpc {

inline constexpr const char* kControlMethod = "/confab.media.v1.Media/Control";

class RemoteMedia final : public control::MediaControl {
 public:
  struct Listener {
    std::function<void(const control::MediaHello& hello)> on_up;
    std::function<void(const control::Load& load)> on_load;
    std::function<void()> on_lost;
  };

  // `target`: "10.0.0.5:50051". References outlive it.
  RemoteMedia(http::EventLoop& loop, const std::string& target, const rpc::Credentials& credentials,
              control::OwnerHello self, LogSink& log);
  ~RemoteMedia() override;

  // Both before the loop turns.
  void set_listener(control::MediaListener& listener) { listener_ = &listener; }
  void set_node_listener(Listener listener) { node_listener_ = std::move(listener); }

  // Ids increase from one command to the next.
  void send(control::MediaCommand command) override;

  // For the streams that are opened from now on.
  void use_credentials(const rpc::Credentials& credentials) {
    client_.use_credentials(credentials);
  }

  // See DrainCalls.
  void drain(std::optional<Duration> deadline, Drained answer) {
    drain_calls_.begin(client_, deadline, std::move(answer));
  }

  bool is_up() const { return session_.state() == control::OwnerSession::State::kUp; }
  std::size_t waiting() const { return session_.waiting(); }

 private:
  using Session = control::OwnerSession;
  void pump();
  void report();
  void perform(Session::OpenStream&);
  void perform(Session::CloseStream& close);
  void perform(Session::Send& send);
  void log_refusal(std::string_view event, const std::string& why);
  void perform(auto& news) { news_.emplace_back(std::move(news)); }
  void tell(Session::OpenStream&) {}
  void tell(Session::CloseStream&) {}
  void tell(Session::Send&) {}
  void tell(Session::NodeUp& up);
  void tell(Session::NodeLost& lost);
  void tell(Session::LoadChanged& changed);
  void tell(control::MediaCompletion& completion);
  void tell(control::MediaEvent& event);

  http::EventLoop& loop_;
  const std::string target_;
  LogSink& log_;
  control::MediaListener* listener_ = nullptr;
  Listener node_listener_;
  Session session_;
  std::deque<Session::Output> news_;  // for the listeners
  bool is_reporting_ = false;
  std::string refused_why_;  // what was logged last
  http::LoopTimer timer_;
  // Cleared first when this is destroyed, so that what is still posted finds nobody.
  std::shared_ptr<RemoteMedia*> alive_;
  rpc::Client client_;
  std::unique_ptr<rpc::Stream> stream_;
  DrainCalls drain_calls_;
};

}  // namespace confab::media_rpc
