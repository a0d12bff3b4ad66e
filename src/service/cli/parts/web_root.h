// Where the built web app lies.
#pragma once

#include <string>

namespace confab::cli {

// `configured` if it is not empty; else the first of these with an index.html, from the executable:
// ../share/confab/web (installed), ../../ui/out (build/<preset>/confab in a checkout). Empty when
// there is none.
std::string find_web_root(const std::string& configured);

}  // namespace confab::cli
