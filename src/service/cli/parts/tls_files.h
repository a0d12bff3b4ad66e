// The certificate that --tls serves with.
#pragma once

#include <span>

#include "base/error.h"
#include "platform/config/config.h"
#include "platform/http/server.h"
#include "service/media/announced.h"

namespace confab::cli {

// The configured files; without any, data/tls.pem and data/tls.key, made on first use for this
// host's name and the announced addresses.
Result<http::TlsFiles> tls_files(const Config& config, std::span<const MediaAddress> addresses);

}  // namespace confab::cli
