#include "service/cli/parts/public_door.h"

#include "platform/clock/clock.h"
#include "service/cli/parts/http_options.h"
#include "service/cli/parts/tls_files.h"

namespace confab::cli {

PublicDoor::PublicDoor(const Config& config, http::EventLoop& loop, LogSink& log)
    : PublicDoor(config, loop, log, public_options(config)) {}

PublicDoor::PublicDoor(const Config& config, http::EventLoop& loop, LogSink& log,
                       const http::ServerOptions& options)
    : config_(config),
      server_(loop, options, log),
      gate_({static_cast<double>(config.http.rest_burst),
             static_cast<double>(config.http.rest_per_second)}) {
  server_.guard(
      [this](const http::Request& request) { return gate_.check(request, monotonic_now()); });
}

Result<void> PublicDoor::listen(std::span<const MediaAddress> addresses) {
  const auto listening = server_.listen(config_.http.listen);
  if (!listening) return std::unexpected(listening.error());
  http_ = *listening;
  if (!config_.http.tls) return {};
  const auto files = tls_files(config_, addresses);
  if (!files) return std::unexpected(files.error());
  const auto listening_tls = server_.listen_tls(config_.http.tls_listen, *files);
  if (!listening_tls) return std::unexpected(listening_tls.error());
  https_ = *listening_tls;
  return {};
}

Result<void> PublicDoor::use_certificate(const Config& wanted,
                                         std::span<const MediaAddress> addresses) {
  if (!https_) return {};
  const auto files = tls_files(wanted, addresses);
  if (!files) return std::unexpected(files.error());
  return server_.use_certificate(*files);
}

}  // namespace confab::cli
