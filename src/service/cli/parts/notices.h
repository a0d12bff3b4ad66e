// What /notices answers.
#pragma once

#include <string>

namespace confab::cli {

// The notices of the executable, and those that the build of the web app left in its folder.
std::string notices(const std::string& web_root);

}  // namespace confab::cli
