// The web app and the notices, as routes of a listener.
#pragma once

#include "base/log.h"
#include "platform/config/config.h"
#include "platform/http/server.h"

namespace confab::cli {

// Declares /notices, and the app as what answers where no route does. False where there is no built
// app, which is logged.
bool serve_web_app(const Config& config, http::HttpServer& server, LogSink& log);

// Of the same build the page of the log viewer, which belongs to the role that has its API, and
// which serve_web_app() therefore leaves out.
bool serve_log_viewer(const Config& config, http::HttpServer& server, LogSink& log);

}  // namespace confab::cli
