#include "service/media_rpc/media_server.h"

#include <utility>

#include "platform/clock/clock.h"
#include "service/media_rpc/codec.h"
#include "service/media_rpc/remote_media.h"

namespace confab::media_rpc {
namespace {

rpc::Code code_of(control::MediaDesk::CloseReason reason) {
  using Reason = control::MediaDesk::CloseReason;
  switch (reason) {
    case Reason::kMalformed:
      return rpc::Code::kInvalidArgument;
    case Reason::kVersion:
      return rpc::Code::kFailedPrecondition;
    case Reason::kFull:
    case Reason::kOverflow:
      return rpc::Code::kResourceExhausted;
    case Reason::kReplaced:
      return rpc::Code::kCancelled;
    case Reason::kSilent:
      return rpc::Code::kDeadlineExceeded;
  }
  return rpc::Code::kInternal;
}

// The desk counts its own from 1, and does not get there.
constexpr control::RequestId kAskedFirst = control::RequestId{1} << 62;
// For statistics, which are not waited for in a queue.
constexpr Duration kStatsWithin = 3s;

}  // namespace

MediaServer::MediaServer(Setup setup, http::EventLoop& loop, control::MediaControl& media,
                         LogSink& log)
    : setup_(std::move(setup)),
      loop_(loop),
      media_(media),
      log_(log),
      desk_(setup_.self, monotonic_now()),
      timer_(loop),
      leave_(loop),
      operators_({.self = setup_.self,
                  .desk = &desk_,
                  .ask_stats =
                      [this](const MeetingId& meeting, OperatorApi::Stats answer) {
                        ask_stats(meeting, std::move(answer));
                      },
                  .drain = [this](Duration deadline) { drain_until(deadline); },
                  .undrain = [this] { return undrain(); }}),
      last_asked_(kAskedFirst) {}

MediaServer::~MediaServer() = default;

Result<std::unique_ptr<MediaServer>> MediaServer::start(Setup setup, http::EventLoop& loop,
                                                        control::MediaControl& media,
                                                        LogSink& log) {
  auto self = std::unique_ptr<MediaServer>(new MediaServer(std::move(setup), loop, media, log));
  std::vector<std::string> methods = OperatorApi::methods();
  methods.emplace_back(kControlMethod);
  auto server = rpc::Server::start(
      {self->setup_.listen, self->setup_.credentials, std::move(methods)},
      [&loop](rpc::Task task) { loop.post(std::move(task)); },
      [raw = self.get()](const std::string& method, std::unique_ptr<rpc::Stream> stream) {
        return method == kControlMethod ? raw->accept(std::move(stream))
                                        : raw->operators_.accept(method, std::move(stream));
      });
  if (!server) return std::unexpected(server.error());
  self->server_ = std::move(*server);
  self->server_->set_serving(true);
  self->pump();
  return self;
}

rpc::Stream::Handlers MediaServer::accept(std::unique_ptr<rpc::Stream> stream) {
  const Desk::StreamId id = ++last_stream_;
  streams_.emplace(id, std::move(stream));
  desk_.stream_opened(monotonic_now(), id);
  return {.on_message = [this, id](const std::string& bytes) { hear(id, bytes); },
          .on_closed =
              [this, id](const rpc::End&) {
                streams_.erase(id);
                desk_.stream_closed(monotonic_now(), id);
                pump();
              }};
}

void MediaServer::hear(Desk::StreamId id, const std::string& bytes) {
  auto message = decode_to_media(bytes);
  if (message) {
    desk_.handle(monotonic_now(), id, std::move(*message));
    return pump();
  }
  ++messages_malformed_;
  log_.write(LogLevel::kWarn, "owner_malformed", {{"reason", message.error().message}});
  if (const auto stream = streams_.extract(id); !stream.empty()) {
    stream.mapped()->close({rpc::Code::kInvalidArgument, message.error().message});
  }
  desk_.stream_closed(monotonic_now(), id);
  pump();
}

void MediaServer::on_media_completion(control::MediaCompletion completion) {
  if (auto asked = asked_.extract(completion.id); !asked.empty()) {
    return asked.mapped()(std::move(completion.result));
  }
  desk_.completed(monotonic_now(), std::move(completion));
  pump();
}

void MediaServer::on_media_event(control::MediaEvent event) {
  desk_.happened(monotonic_now(), std::move(event));
  pump();
}

void MediaServer::drain(bool is_leaving) {
  is_ending_ = true;
  leave_.cancel();
  set_draining(true, is_leaving);
}

void MediaServer::drain_until(Duration deadline) {
  if (is_ending_) return;  // that drain has a deadline of its own
  set_draining(true, deadline <= Duration::zero());
  leave_.set(monotonic_now() + deadline, [this] { set_draining(true, true); });
}

Result<void> MediaServer::undrain() {
  if (is_ending_) return fail(ErrorCode::kConflict, "this process is going to end");
  leave_.cancel();
  if (is_draining()) set_draining(false, false);
  return {};
}

void MediaServer::set_draining(bool is_draining, bool is_leaving) {
  server_->set_serving(!is_draining);
  desk_.set_draining(monotonic_now(), is_draining, is_leaving);
  setup_.on_draining(is_draining);
  log_.write(LogLevel::kInfo, "media_draining",
             {{"draining", is_draining}, {"leaving", is_leaving}, {"meetings", desk_.meetings()}});
  pump();
}

// With the epoch that the meeting has: a higher one would put its owner out.
void MediaServer::ask_stats(const MeetingId& meeting, OperatorApi::Stats answer) {
  const auto known = desk_.find(meeting);
  if (!known) return answer(fail(ErrorCode::kNotFound, "there is no such meeting here"));
  const control::RequestId id = ++last_asked_;
  asked_.emplace(id, std::move(answer));
  media_.send(
      {id, meeting, control::GetMeetingStats{}, known->epoch, monotonic_now() + kStatsWithin});
}

void MediaServer::pump() {
  if (std::exchange(is_pumping_, true)) return;
  Desk::Output out;
  while (desk_.poll(out)) std::visit([this](auto& o) { perform(o); }, out);
  is_pumping_ = false;
  timer_.set(desk_.next_timeout(), [this] {
    desk_.set_transports(setup_.transports());
    desk_.handle_timeout(monotonic_now());
    pump();
  });
}

void MediaServer::perform(Desk::SendTo& send) {
  const auto it = streams_.find(send.stream);
  if (it == streams_.end() || it->second->send(encode(send.message))) return;
  ++streams_slow_;
  it->second->close({rpc::Code::kResourceExhausted, "it does not read what it is sent"});
  streams_.erase(it);
  desk_.stream_closed(monotonic_now(), send.stream);
}

void MediaServer::perform(Desk::CloseStream& close) {
  const auto stream = streams_.extract(close.stream);
  if (stream.empty()) return;
  log_.write(LogLevel::kWarn, "owner_closed", {{"reason", close.why}});
  stream.mapped()->close({code_of(close.reason), close.why});
}

void MediaServer::perform(Desk::Execute& command) {
  media_.send(std::move(command));
}

void MediaServer::expose(metrics::Exposition& out) const {
  const Desk::Counts& counts = desk_.counts();
  out.gauge("media_owners", "Signaling nodes that have meetings here, or had them lately.", {},
            static_cast<double>(desk_.owners()));
  out.gauge("media_meetings", "Meetings that are open here.", {},
            static_cast<double>(desk_.meetings()));
  out.gauge("media_draining", "Whether this node takes no new meetings.", {},
            is_draining() ? 1 : 0);
  out.counter("media_commands", "Commands of signaling nodes.", {}, counts.commands);
  out.counter("media_commands_again", "Commands that came again after a break.", {},
              counts.commands_again);
  out.counter("media_commands_late", "Commands not begun: their owner waited no more.", {},
              counts.commands_late);
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("media_links_refused", "Streams of signaling nodes that were closed, by reason.",
                {{"reason", reason}}, count);
  };
  refused("greeting", counts.streams_refused);
  refused("silent", counts.streams_silent);
  refused("overflow", counts.owners_overflowed);
  refused("slow", streams_slow_);
  refused("malformed", messages_malformed_);
  refused("call", server_->refused());
  server_->expose(out);
  out.counter("media_owners_forgotten", "Signaling nodes that did not come back.", {},
              counts.owners_forgotten);
}

}  // namespace confab::media_rpc
