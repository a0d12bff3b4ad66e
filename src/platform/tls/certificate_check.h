// Whether a certificate and its key are what they should be, before anybody is shown them.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace confab {

// Both PEM. kInvalidArgument says which is none, or that they do not belong together.
Result<void> check_certificate(const std::string& certificate, const std::string& key);

// Until when it is good, in seconds since 1970. kInvalidArgument where it is no certificate in PEM.
Result<std::int64_t> certificate_expiry(const std::string& certificate);

}  // namespace confab
