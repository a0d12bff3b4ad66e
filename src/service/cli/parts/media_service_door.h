// The media service of the reference system, where the configuration wants one.
#pragma once

#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "base/random.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "service/cli/parts/media_plane.h"
#include "service/media_compat/media_service.h"

namespace confab::cli {

// Nullptr where it is off. References outlive it; `plane` does not lose its user before it.
Result<std::unique_ptr<media_compat::MediaService>> open_media_service(
    const Config& config, http::EventLoop& loop, MediaPlane& plane, Random& random, LogSink& log);

}  // namespace confab::cli
