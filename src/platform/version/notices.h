// Whose work is in the executable, and under which licences: what the licences ask to be shipped.
#pragma once

#include <span>
#include <string_view>

namespace confab {

// One text in pieces, of the libraries named in CMakeLists.txt. The web app brings its own.
std::span<const std::string_view> third_party_notices();

}  // namespace confab
