#include "service/cli/parts/directory.h"

#include <utility>
#include <vector>

#include "control/session/messages.h"
#include "platform/discovery/consul_discovery.h"
#include "platform/discovery/static_discovery.h"
#include "platform/version/version.h"
#include "service/gateway/scrape_targets.h"

namespace confab::cli {
namespace {

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = kDigits[(value >> (4 * i)) & 15];
  return out;
}

discovery::Instance instance_of(std::string_view service, const ServicePlace& place,
                                std::size_t position) {
  discovery::Instance instance;
  instance.service = service;
  instance.node = place.node.value_or(static_cast<std::uint16_t>(position));
  instance.address = place.host;
  instance.port = place.port;
  instance.id = discovery::instance_id(instance);
  return instance;
}

std::string bracketed(const std::string& host) {
  return host.contains(':') ? "[" + host + "]" : host;
}

}  // namespace

Result<std::unique_ptr<discovery::Discovery>> open_directory(
    const Config& config, std::span<const StaticService> services, http::EventLoop& loop,
    LogSink& log) {
  if (!config.discovery.consul.empty()) {
    auto consul = discovery::make_consul_discovery(
        loop, {.url = config.discovery.consul, .token = config.discovery.consul_token}, log);
    if (!consul) {
      return fail(consul.error().code, "discovery.consul: " + consul.error().message);
    }
    return consul;
  }
  std::vector<discovery::Instance> instances;
  for (const StaticService& service : services) {
    std::size_t position = 0;
    for (const ServicePlace& place : service.places) {
      instances.push_back(instance_of(service.name, place, ++position));
    }
  }
  return discovery::make_static_discovery(loop, std::move(instances), {});
}

Result<discovery::Registration> describe_self(const Config& config, const SelfDescription& self) {
  if (config.discovery.address.empty() && !config.discovery.consul.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "discovery.address is needed with discovery.consul: the address or name by which "
                "the others reach this process");
  }
  discovery::Registration registration;
  discovery::Instance& instance = registration.self;
  instance.service = self.service;
  instance.node = config.node;
  instance.boot = hex(self.boot);
  instance.address = config.discovery.address;
  instance.port = self.port;
  instance.meta = self.meta;
  instance.meta.emplace("build", build_id());
  instance.tags = {"v1"};
  if (auto place = metrics_place(self.admin, instance.address)) {
    instance.meta.emplace(gateway::kMetricsAt, *std::move(place));
  }
  if (!config.discovery.region.empty()) {
    instance.meta.emplace("region", config.discovery.region);
    instance.tags.push_back("region-" + config.discovery.region);
  }
  // The agent asks on its own machine what listens there alone.
  const IpAddress& at = self.health.address;
  registration.health_url = "http://" +
                            bracketed(at.is_unspecified() ? instance.address : at.to_string()) +
                            ":" + std::to_string(self.health.port) + "/readyz";
  return registration;
}

std::optional<std::string> metrics_place(const Endpoint& admin, const std::string& address) {
  const auto parsed = IpAddress::parse(address);
  const bool is_local = address == "localhost" || (parsed && parsed->is_loopback());
  if (admin.port == 0 || (admin.address.is_loopback() && !is_local)) return std::nullopt;
  const std::string host = admin.address.is_unspecified() ? address : admin.address.to_string();
  return bracketed(host) + ":" + std::to_string(admin.port);
}

discovery::Values speaks(std::uint64_t codec_hash) {
  return {{"proto_min", std::to_string(control::kVersionMin)},
          {"proto_max", std::to_string(control::kVersionMax)},
          {"codec_hash", hex(codec_hash)}};
}

}  // namespace confab::cli
