// The protocol of our own clients as such (docs/protocol.md): what they learn of it over REST
// before they connect, and over the socket when they do.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>

#include "platform/config/config.h"

namespace confab::protocol {

inline constexpr std::int64_t kVersion = 1;

// `limits` of GET /api/config and of a join's answer.
boost::json::object describe_limits(const CallConfig& config);

}  // namespace confab::protocol
