// Rates that the nodes of a role share by Redis, where one is named (redis.url). Loop thread.
#pragma once

#include <memory>
#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/redis/redis.h"
#include "platform/redis/shared_rates.h"
#include "service/access/access.h"
#include "service/cli/parts/public_door.h"

namespace confab::cli {

class SharedLimits {
 public:
  // kInvalidArgument where what is named is no Redis. References outlive it.
  static Result<std::unique_ptr<SharedLimits>> open(const Config& config, Role role,
                                                    http::EventLoop& loop, LogSink& log);

  // From now on. What is guarded outlives no request after this goes.
  void guard(PublicDoor& door);
  void guard(access::Access& access);
  void expose(metrics::Exposition& out) const;

 private:
  SharedLimits() = default;

  // Nothing where no Redis is named.
  std::optional<redis::Redis> redis_;
  std::optional<redis::SharedRates> addresses_;
  std::optional<redis::SharedRates> identities_;
};

}  // namespace confab::cli
