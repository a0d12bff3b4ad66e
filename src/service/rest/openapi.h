// What REST there is, as OpenAPI 3.1 (openapi.json): tests/system holds the server to it.
#pragma once

#include <string_view>

namespace confab::rest {

std::string_view openapi();

}  // namespace confab::rest
