// Asks a media node to take no new meetings, or to take them again. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/instant.h"
#include "platform/http/event_loop.h"
#include "platform/rpc/client.h"

namespace confab::media_rpc {

// As the node says it is from then on.
struct DrainState {
  bool is_draining = false;
  std::uint32_t meetings = 0;  // that are still there
};
using Drained = std::move_only_function<void(Result<DrainState> state)>;

class DrainCalls {
 public:
  explicit DrainCalls(http::EventLoop& loop) : loop_(loop) {}
  // What is still open is answered with kUnavailable.
  ~DrainCalls();
  DrainCalls(const DrainCalls&) = delete;
  DrainCalls& operator=(const DrainCalls&) = delete;

  // `deadline`: from now, until its meetings are to be taken elsewhere; nothing: it is to take
  // meetings again. `client` outlives this. Answered once, and never from inside.
  void begin(rpc::Client& client, std::optional<Duration> deadline, Drained answer);

 private:
  using CallId = std::uint64_t;
  struct Call {
    std::unique_ptr<rpc::Stream> stream;
    std::unique_ptr<http::LoopTimer> timer;
    std::optional<DrainState> said;
    Drained answer;
  };
  void end(CallId id, Result<DrainState> state);
  void end(CallId id, const rpc::End& end_of_call);

  http::EventLoop& loop_;
  std::unordered_map<CallId, Call> calls_;
  CallId last_call_ = 0;
};

}  // namespace confab::media_rpc
