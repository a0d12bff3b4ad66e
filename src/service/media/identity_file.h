// The DTLS key and certificate, kept in the data directory so that a restart is the same server.
#pragma once

#include <string>

#include "base/error.h"
#include "rtc/dtls/identity.h"

namespace confab::media {

// Reads the PEM file at `path`, or makes a new identity and writes it there (mode 0600). A file
// that is there and can not be used is an error, not a reason to overwrite it.
Result<dtls::DtlsIdentity> load_or_make_identity(const std::string& path);

}  // namespace confab::media
