#include "service/signaling/media_times.h"

#include <string_view>

namespace confab::signaling {
namespace {

// In the order of control::MediaRequest.
constexpr auto kNames = std::to_array<std::string_view>(
    {"open_meeting", "close_meeting", "create_transport", "connect_transport", "restart_ice",
     "close_transport", "produce", "set_producer_paused", "close_producer", "put_capabilities",
     "consume", "set_consumer_paused", "set_preferred_layers", "request_key_frame",
     "close_consumer", "get_meeting_stats", "admit", "set_permits", "dismiss"});
static_assert(kNames.size() == std::variant_size_v<control::MediaRequest>);

}  // namespace

void MediaTimes::sent(const control::MediaCommand& command, Instant now) {
  sent_[command.id] = {command.request.index(), now};
}

void MediaTimes::completed(const control::MediaCompletion& completion, Instant now) {
  const auto node = sent_.extract(completion.id);
  if (node.empty()) return;
  Kind& kind = kinds_[node.mapped().kind];
  kind.latency.add(now - node.mapped().at);
  if (completion.result) {
    ++kind.done;
    return;
  }
  const ErrorCode code = completion.result.error().code;
  const bool is_late = code == ErrorCode::kTimeout || code == ErrorCode::kUnavailable;
  ++(is_late ? kind.late : kind.refused);
}

void MediaTimes::expose(metrics::Exposition& out) const {
  for (std::size_t i = 0; i < kKinds; ++i) {
    const Kind& kind = kinds_[i];
    const auto answered = [&](std::string_view result, std::uint64_t count) {
      out.counter("signaling_media_commands",
                  "Commands to the media plane that were answered, by what came of them.",
                  {{"command", kNames[i]}, {"result", result}}, count);
    };
    answered("done", kind.done);
    answered("refused", kind.refused);
    answered("late", kind.late);
    kind.latency.expose("signaling_media_command_seconds",
                        "From sending a command to the media plane until its answer.",
                        {{"command", kNames[i]}}, out);
  }
}

}  // namespace confab::signaling
