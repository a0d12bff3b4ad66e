// One PUT, waited for: what an operator types.
#pragma once

#include <string>

#include "base/net.h"

namespace confab::discovery {

// The status; 0 where there is no answer.
unsigned put_to(const Endpoint& endpoint, const std::string& path, const std::string& body);

}  // namespace confab::discovery
