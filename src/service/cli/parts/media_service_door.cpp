#include "service/cli/parts/media_service_door.h"

#include <utility>

#include "service/cli/parts/http_options.h"
#include "service/cli/parts/say.h"

namespace confab::cli {

Result<std::unique_ptr<media_compat::MediaService>> open_media_service(
    const Config& config, http::EventLoop& loop, MediaPlane& plane, Random& random, LogSink& log) {
  const MediaServiceConfig& wanted = config.media_service;
  if (!wanted.enabled) return nullptr;
  media_compat::MediaService::Setup setup;
  setup.grpc_listen = wanted.grpc_listen;
  setup.http_listen = wanted.http_listen;
  // A few processes call it, each with some connections that it keeps.
  setup.http = admin_options(config);
  setup.limits.rooms_max = wanted.rooms_max;
  setup.limits.transports_max = wanted.transports_max;
  setup.limits.connect_timeout = wanted.connect_timeout;
  setup.limits.idle_timeout = wanted.idle_timeout;
  auto& user = plane.add_user();
  auto service = media_compat::MediaService::start(setup, loop, user, random, log);
  if (!service) return service;
  user.set_listener(**service);
  say("confab: media.MediaService with gRPC on " + wanted.grpc_listen.to_string() +
      " and HTTP on " + wanted.http_listen.to_string() + ", for whoever reaches them\n");
  return service;
}

}  // namespace confab::cli
