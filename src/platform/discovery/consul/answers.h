// What Consul's agent says, read. Pure functions over bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "platform/discovery/discovery.h"

namespace confab::discovery::consul {

// A thousand instances of a service, each with its node and checks: 2 kB by Consul's default, 4 kB
// with long metadata.
inline constexpr std::size_t kAnswerBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kInstancesMax = 1000;
inline constexpr std::size_t kValuesMax = 1000;
inline constexpr std::size_t kTextMax = 512;  // Consul's own limit for a value of the metadata
// A configuration value; Consul takes 512 kB.
inline constexpr std::size_t kValueBytesMax = 4096;

// GET /v1/health/service/:name. Those without a port or a node number that we wrote are passed
// over, they are somebody else's. In the order of node and id.
Result<std::vector<Instance>> read_instances(std::string_view service, std::string_view json);

// GET /v1/kv/:prefix?recurse, keys without the prefix. Values that are too long or not UTF-8 are
// passed over.
Result<Values> read_values(std::string_view prefix, std::string_view json);

// PUT /v1/agent/service/register.
std::string registration_json(const Registration& registration);
std::string ttl_check_id(const Instance& self);

}  // namespace confab::discovery::consul
