// Dates as HTTP writes them (RFC 9110 §5.6.7).
#pragma once

#include <cstdint>
#include <string>

namespace confab::http {

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t unix_ms);

}  // namespace confab::http
