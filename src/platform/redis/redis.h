// One connection to a Redis, for what may be lost: nobody waits for it, and while it is away
// nothing is kept for it. Loop thread.
//
//   away ──2 to 30 s──▶ connecting ──PONG──▶ up ──broken, or late──▶ away
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/redis/redis_url.h"
#include "platform/redis/resp.h"

namespace confab::redis {

inline constexpr Duration kConnectAgain = 2s;
inline constexpr Duration kConnectAgainMax = 30s;
// A Redis that is slower is as one that is away.
inline constexpr Duration kAnswerTime = 1s;
// Commands without an answer: some 200 bytes each.
inline constexpr std::size_t kCommandsMax = 4096;

class Redis {
 public:
  // References outlive it.
  Redis(http::EventLoop& loop, RedisUrl url, LogSink& log);
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  bool is_up() const;
  // Answered once, later; at once kUnavailable where it is away, or too many are under way. Not any
  // more when this goes.
  using Answer = std::move_only_function<void(Result<RespReply> reply)>;
  void ask(std::span<const std::string_view> words, Answer answer);

  void expose(metrics::Exposition& out) const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with what the system does for it, which may end later
};

}  // namespace confab::redis
