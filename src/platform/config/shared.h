// What a directory says for many processes, over the configuration of this one.
#pragma once

#include "base/error.h"
#include "platform/config/config.h"

namespace confab::config {

// What is for every role first, then what is for this one alone; what is for another, or an
// option that this role does not have, is passed over. Not checked as a whole.
Result<void> apply_shared(Config& config, Role role, const ConfigPairs& shared);

}  // namespace confab::config
