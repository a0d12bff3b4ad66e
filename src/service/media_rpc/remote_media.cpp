#include "service/media_rpc/remote_media.h"

#include <utility>

#include "base/check.h"
#include "platform/clock/clock.h"
#include "service/media_rpc/codec.h"

namespace confab::media_rpc {

RemoteMedia::RemoteMedia(http::EventLoop& loop, const std::string& target,
                         const rpc::Credentials& credentials, control::OwnerHello self,
                         LogSink& log)
    : loop_(loop),
      target_(target),
      log_(log),
      session_(std::move(self), monotonic_now()),
      timer_(loop),
      alive_(std::make_shared<RemoteMedia*>(this)),
      client_(target, credentials, [&loop](rpc::Task task) { loop.post(std::move(task)); }),
      drain_calls_(loop) {
  pump();
}

RemoteMedia::~RemoteMedia() {
  *alive_ = nullptr;
}

void RemoteMedia::send(control::MediaCommand command) {
  session_.send(monotonic_now(), std::move(command));
  pump();
}

// Does what the session wants, and keeps what there is to report for when nobody is in the middle
// of something.
void RemoteMedia::pump() {
  Session::Output out;
  while (session_.poll(out)) std::visit([this](auto& o) { perform(o); }, out);
  timer_.set(session_.next_timeout(), [this] {
    session_.handle_timeout(monotonic_now());
    pump();
  });
  if (news_.empty() || std::exchange(is_reporting_, true)) return;
  loop_.post([alive = alive_] {
    if (*alive != nullptr) (*alive)->report();
  });
}

void RemoteMedia::report() {
  is_reporting_ = false;
  for (auto& news : std::exchange(news_, {})) {
    std::visit([this](auto& n) { tell(n); }, news);
  }
}

// ---- the stream ----

void RemoteMedia::perform(Session::OpenStream&) {
  stream_ = client_.open(kControlMethod,
                         {.on_message =
                              [this](const std::string& bytes) {
                                auto message = decode_from_media(bytes);
                                if (message) {
                                  session_.handle(monotonic_now(), std::move(*message));
                                } else {
                                  stream_.reset();
                                  session_.stream_closed(monotonic_now(), message.error().message);
                                }
                                pump();
                              },
                          .on_closed =
                              [this](const rpc::End& end) {
                                stream_.reset();
                                if (end.code != rpc::Code::kUnavailable) {
                                  log_refusal("media_node_refuses", end.message);
                                }
                                session_.stream_closed(monotonic_now(), end.message);
                                pump();
                              }});
  session_.stream_opened(monotonic_now());
}

void RemoteMedia::perform(Session::CloseStream& close) {
  stream_.reset();
  if (close.is_refusal) log_refusal("media_node_refused", close.why);
}

// It is tried again every second, and said once.
void RemoteMedia::log_refusal(std::string_view event, const std::string& why) {
  if (why == refused_why_) return;
  refused_why_ = why;
  log_.write(LogLevel::kWarn, event, {{"node_address", Private{target_}}, {"reason", why}});
}

void RemoteMedia::perform(Session::Send& send) {
  if (stream_ == nullptr || stream_->send(encode(send.message))) return;
  stream_.reset();
  session_.stream_closed(monotonic_now(), "the media node does not read what it is sent");
}

// ---- news ----

void RemoteMedia::tell(Session::NodeUp& up) {
  refused_why_.clear();
  log_.write(LogLevel::kInfo, "media_node_up",
             {{"media_node", up.hello.node}, {"new", up.is_new}, {"build", up.hello.build}});
  if (node_listener_.on_up) node_listener_.on_up(up.hello);
}

void RemoteMedia::tell(Session::NodeLost& lost) {
  log_.write(LogLevel::kWarn, "media_node_lost",
             {{"node_address", Private{target_}}, {"reason", lost.why}});
  if (node_listener_.on_lost) node_listener_.on_lost();
}

void RemoteMedia::tell(Session::LoadChanged& changed) {
  if (node_listener_.on_load) node_listener_.on_load(changed.load);
}

void RemoteMedia::tell(control::MediaCompletion& completion) {
  CHECK(listener_ != nullptr);
  listener_->on_media_completion(std::move(completion));
}

void RemoteMedia::tell(control::MediaEvent& event) {
  CHECK(listener_ != nullptr);
  listener_->on_media_event(std::move(event));
}

}  // namespace confab::media_rpc
