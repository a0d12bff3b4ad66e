// What the configuration means for a listener, and what a listener counts.
#pragma once

#include <string_view>

#include "platform/config/config.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"

namespace confab::cli {

// Of the door that anybody may come to.
http::ServerOptions public_options(const Config& config);
// A scrape and a few checks; small enough for the descriptors to be there when all others are not.
http::ServerOptions admin_options(const Config& config);

void expose_listener(std::string_view listener, const http::HttpServer& server,
                     metrics::Exposition& out);

}  // namespace confab::cli
