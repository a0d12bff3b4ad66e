// The variables that deployments of the reference system set, for the roles that it has too. They
// weigh less than our own of the same meaning.
#pragma once

#include <string_view>

#include "platform/config/config.h"

namespace confab::config {

bool is_reference_variable(std::string_view name);

// What they mean for a role, as variables of ours. `confab serve` has no part of that name: what
// happens to be set on somebody's machine (PORT is) changes nothing there.
ConfigPairs reference_settings(Role role, const ConfigPairs& environment);

}  // namespace confab::config
