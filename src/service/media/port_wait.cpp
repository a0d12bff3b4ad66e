#include "service/media/port_wait.h"

namespace confab::media {

std::optional<Duration> PortWait::next(bool somebody_listens) {
  if (somebody_listens || waited_ >= kWaitMax) return std::nullopt;
  waited_ += kRetry;
  return kRetry;
}

std::string PortWait::sentence(const std::string& error, std::uint16_t port) const {
  std::string out = error + "; waiting for it, " + std::to_string(to_ms(kWaitMax) / 1000) +
                    " s at the most, since nobody listens there: a connection that this machine "
                    "made seems to have it";
  if (!ephemeral_.contains(port)) return out;
  const std::string ports =
      std::to_string(first_) + (last_ > first_ ? "-" + std::to_string(last_) : std::string());
  return out + ". The kernel takes ports for those from " + std::to_string(ephemeral_.first) +
         " to " + std::to_string(ephemeral_.last) +
         ". To keep ours out of it: sysctl -w net.ipv4.ip_local_reserved_ports=" +
         (ephemeral_.reserved.empty() ? "" : ephemeral_.reserved + ",") + ports;
}

}  // namespace confab::media
