#include "service/media_rpc/drain_calls.h"

#include <string>
#include <utility>

#include "confab/media/v1/media.pb.h"
#include "platform/clock/clock.h"

namespace confab::media_rpc {
namespace {

namespace pb = confab::media::v1;

// A node answers at once, or it is in trouble.
constexpr Duration kAnswerTime = 3s;

}  // namespace

DrainCalls::~DrainCalls() {
  for (auto& [id, call] : std::exchange(calls_, {})) {
    call.answer(fail(ErrorCode::kUnavailable, "the node is gone"));
  }
}

void DrainCalls::begin(rpc::Client& client, std::optional<Duration> deadline, Drained answer) {
  const CallId id = ++last_call_;
  Call& call = calls_[id];
  call.answer = std::move(answer);
  call.timer = std::make_unique<http::LoopTimer>(loop_);
  call.timer->set(monotonic_now() + kAnswerTime, [this, id] {
    end(id, fail(ErrorCode::kUnavailable, "the node did not answer in time"));
  });
  call.stream =
      client.open(deadline ? "/confab.media.v1.Media/Drain" : "/confab.media.v1.Media/Undrain",
                  {.on_message =
                       [this, id](const std::string& bytes) {
                         pb::DrainResponse response;
                         const auto it = calls_.find(id);
                         if (it == calls_.end() || !response.ParseFromString(bytes)) return;
                         it->second.said = DrainState{response.draining(), response.meetings()};
                       },
                   .on_closed = [this, id](const rpc::End& closed) { end(id, closed); }});
  pb::DrainRequest request;
  request.set_deadline_ms(static_cast<std::uint32_t>(to_ms(deadline.value_or(Duration::zero()))));
  // One that ended already says so by on_closed.
  call.stream->send(deadline ? request.SerializeAsString()
                             : pb::UndrainRequest().SerializeAsString());
}

void DrainCalls::end(CallId id, const rpc::End& closed) {
  const auto it = calls_.find(id);
  if (it == calls_.end()) return;
  if (closed.code == rpc::Code::kOk && it->second.said) return end(id, *it->second.said);
  const bool is_conflict = closed.code == rpc::Code::kFailedPrecondition;
  end(id, fail(is_conflict ? ErrorCode::kConflict : ErrorCode::kUnavailable,
               closed.message.empty() ? "the node did not say what it does" : closed.message));
}

void DrainCalls::end(CallId id, Result<DrainState> state) {
  auto node = calls_.extract(id);
  if (!node.empty()) node.mapped().answer(std::move(state));
}

}  // namespace confab::media_rpc
