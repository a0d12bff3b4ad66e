// What a person reads when the server is up.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/net.h"
#include "platform/config/config.h"

namespace confab::cli {

struct Banner {
  Endpoint http;
  std::optional<Endpoint> https;
  bool certificate_is_ours = false;
  std::span<const MediaAddress> media;
  std::uint16_t media_port_first = 0;
  std::size_t shards = 1;
  bool has_web_app = true;
};

// The URLs to open: on this machine, and on others with what their browsers need.
std::string banner_text(const Banner& banner);

}  // namespace confab::cli
