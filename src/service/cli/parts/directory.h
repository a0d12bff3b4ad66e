// Discovery as the configuration wants it, and this process in it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/net.h"
#include "platform/config/config.h"
#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"

namespace confab::cli {

// By the names of the reference system's registrations.
inline constexpr std::string_view kGatewayService = "api-gateway";
inline constexpr std::string_view kSignalingService = "signaling-service";
inline constexpr std::string_view kMediaService = "media-service";
inline constexpr std::string_view kWebService = "ui";
inline constexpr std::string_view kLogService = "log-server";

// The places that the configuration names of a service.
struct StaticService {
  std::string_view name;
  std::span<const ServicePlace> places;
};

// Consul's where discovery.consul is set, else the lists.
Result<std::unique_ptr<discovery::Discovery>> open_directory(
    const Config& config, std::span<const StaticService> services, http::EventLoop& loop,
    LogSink& log);

// What the others shall know of this process.
struct SelfDescription {
  std::string_view service;
  std::uint16_t port = 0;
  // Where its /readyz is asked.
  Endpoint health;
  // Where its /metrics is.
  Endpoint admin;
  std::uint64_t boot = 0;
  // Besides build and region.
  discovery::Values meta;
};
// kInvalidArgument where it does not know by which address it is reached. With lists alone nobody
// is told.
Result<discovery::Registration> describe_self(const Config& config, const SelfDescription& self);

// Where others ask for the /metrics of who listens at `admin` and is reached by `address`; nothing
// where that is on the machine's own loopback, and so out of their reach.
std::optional<std::string> metrics_place(const Endpoint& admin, const std::string& address);

// What a signaling or media node says of whom it can speak with (control/session).
discovery::Values speaks(std::uint64_t codec_hash);

}  // namespace confab::cli
