// Whether a certificate and its key are what they should be, before anybody is shown them.
#pragma once

#include <string>

#include "base/error.h"

namespace confab {

// Both PEM. kInvalidArgument says which is none, or that they do not belong together.
Result<void> check_certificate(const std::string& certificate, const std::string& key);

}  // namespace confab
