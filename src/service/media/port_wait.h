// What to do about a port that is in use at start. Where another server listens, that is said at
// once. Otherwise a connection has it, one that this machine made to somewhere else: the default
// ports lie where the kernel takes the local ports of those from (docs/decisions). That passes.
#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "engine/port_use.h"

namespace confab::media {

class PortWait {
 public:
  // The ports of all shards: first to last.
  PortWait(std::uint16_t first, std::uint16_t last, engine::EphemeralPorts ephemeral)
      : first_(first), last_(last), ephemeral_(std::move(ephemeral)) {}

  // How long to wait before the next attempt; nothing: it is to be given up.
  std::optional<Duration> next(bool somebody_listens);
  // For the operator, once: that it waits, and how to keep the ports free.
  std::string sentence(const std::string& error, std::uint16_t port) const;
  bool has_waited() const { return waited_ > Duration::zero(); }

 private:
  // What is left of a connection is there for 60 s (TCP_TIMEWAIT_LEN), and one may just have ended.
  static constexpr Duration kWaitMax = 75s;
  static constexpr Duration kRetry = 500ms;

  std::uint16_t first_;
  std::uint16_t last_;
  engine::EphemeralPorts ephemeral_;
  Duration waited_{};
};

}  // namespace confab::media
