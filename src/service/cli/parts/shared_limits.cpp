#include "service/cli/parts/shared_limits.h"

#include <string>
#include <utility>

#include "base/ip_prefix.h"
#include "platform/redis/redis_url.h"

namespace confab::cli {

Result<std::unique_ptr<SharedLimits>> SharedLimits::open(const Config& config, Role role,
                                                         http::EventLoop& loop, LogSink& log) {
  std::unique_ptr<SharedLimits> out(new SharedLimits());
  if (config.redis.url.empty()) return out;
  auto url = redis::parse_redis_url(config.redis.url);
  if (!url) return fail(ErrorCode::kInvalidArgument, "redis.url: " + url.error());
  out->redis_.emplace(loop, std::move(*url), log);
  // A request that comes by a gateway is counted there, and by itself where it goes on to.
  out->addresses_.emplace(loop, *out->redis_, std::string(role_name(role)) + "_address",
                          redis::SharedRate{static_cast<double>(config.http.rest_burst),
                                            static_cast<double>(config.http.rest_per_second)});
  out->identities_.emplace(loop, *out->redis_, "identity",
                           redis::SharedRate{static_cast<double>(config.auth.identity_burst),
                                             static_cast<double>(config.auth.identity_per_second)});
  return out;
}

void SharedLimits::guard(PublicDoor& door) {
  if (!addresses_) return;
  door.gate().share([this](const IpAddress& address, Instant now) {
    return addresses_->take(peer_of(address).to_string(), now);
  });
}

void SharedLimits::guard(access::Access& access) {
  if (!identities_) return;
  access.share_rate(
      [this](const std::string& name, Instant now) { return identities_->take(name, now); });
}

void SharedLimits::expose(metrics::Exposition& out) const {
  if (!redis_) return;
  redis_->expose(out);
  addresses_->expose(out);
  identities_->expose(out);
}

}  // namespace confab::cli
