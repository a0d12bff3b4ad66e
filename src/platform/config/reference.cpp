#include "platform/config/reference.h"

#include <algorithm>
#include <array>
#include <string>

namespace confab::config {
namespace {

constexpr auto kVariables = std::to_array<std::string_view>(
    {"PORT", "DATABASE_URL", "REDIS_URL", "CONSUL_HOST", "CONSUL_PORT", "SERVICE_HOST", "GRPC_PORT",
     "MEDIASOUP_LISTEN_IP", "MEDIASOUP_ANNOUNCED_IP"});

std::string value_of(const ConfigPairs& environment, std::string_view name) {
  const auto at = std::ranges::find(environment, name, &ConfigPairs::value_type::first);
  return at == environment.end() ? "" : at->second;
}

}  // namespace

bool is_reference_variable(std::string_view name) {
  return std::ranges::find(kVariables, name) != kVariables.end();
}

ConfigPairs reference_settings(Role role, const ConfigPairs& environment) {
  ConfigPairs settings;
  if (role == Role::kServe) return settings;
  const auto set = [&](const char* ours, const std::string& value) {
    if (!value.empty()) settings.emplace_back(ours, value);
  };
  const auto port = value_of(environment, "PORT");
  // Its media service has one port of HTTP, which is our admin listener's.
  if (!port.empty()) set(role == Role::kMedia ? "CONFAB_ADMIN" : "CONFAB_HTTP", "0.0.0.0:" + port);
  if (role == Role::kMedia) {
    // On loopback all the same: the reference's is open to everybody.
    const auto grpc_port = value_of(environment, "GRPC_PORT");
    if (!grpc_port.empty()) set("CONFAB_MEDIA_SERVICE_GRPC_LISTEN", "127.0.0.1:" + grpc_port);
    const auto listen = value_of(environment, "MEDIASOUP_LISTEN_IP");
    const auto announced = value_of(environment, "MEDIASOUP_ANNOUNCED_IP");
    if (!announced.empty()) {
      set("CONFAB_MEDIA_ADDRESS", (listen.empty() ? "0.0.0.0" : listen) + "=" + announced);
    }
  }
  if (role == Role::kWeb || role == Role::kLogs) return settings;
  if (role == Role::kSignaling) set("CONFAB_DATABASE_URL", value_of(environment, "DATABASE_URL"));
  if (role != Role::kMedia) set("CONFAB_REDIS_URL", value_of(environment, "REDIS_URL"));
  if (const auto host = value_of(environment, "CONSUL_HOST"); !host.empty()) {
    const auto consul_port = value_of(environment, "CONSUL_PORT");
    set("CONFAB_DISCOVERY_CONSUL",
        "http://" + host + ":" + (consul_port.empty() ? "8500" : consul_port));
  }
  set("CONFAB_DISCOVERY_ADDRESS", value_of(environment, "SERVICE_HOST"));
  return settings;
}

}  // namespace confab::config
