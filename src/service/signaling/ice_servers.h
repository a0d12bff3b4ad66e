// The STUN and TURN servers a browser is told of.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "platform/config/config.h"

namespace confab::signaling {

// RTCIceServer[] of those of config.urls that are there; TURN servers with a password of limited
// life for `whom`.
boost::json::array ice_servers(const IceConfig& config, std::span<const std::string> urls,
                               std::string_view whom, std::int64_t now_ms);

}  // namespace confab::signaling
