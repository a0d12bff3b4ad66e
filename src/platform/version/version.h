// Which confab this is.
#pragma once

#include <string_view>

namespace confab {

// "0.1.0"
std::string_view version();

// "0.1.0+3f2a1c9": the version and the commit it was built from; ".local" at the end where the
// tree had changes of its own. Clients compare it to see that the server was replaced.
std::string_view build_id();

}  // namespace confab
