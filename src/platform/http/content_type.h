// The Content-Type of a file by its name.
#pragma once

#include <string_view>

namespace confab::http {

std::string_view content_type_of(std::string_view path);

}  // namespace confab::http
