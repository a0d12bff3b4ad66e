#include "platform/discovery/consul/answers.h"

#include <openssl/evp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "platform/json/json.h"

namespace confab::discovery::consul {
namespace {

constexpr std::size_t kTagsMax = 64;
constexpr std::size_t kMetaMax = 64;     // Consul's own limit
constexpr std::size_t kChecksMax = 256;  // the machine's own are among them

bool is_healthy(const json::Reader& checks) {
  bool healthy = true;
  checks.elements(kChecksMax, [&](const json::Reader& check) {
    healthy = healthy && check["Status"].string(kTextMax) != "critical";
  });
  return healthy;
}

std::optional<Instance> read_instance(std::string_view service, const json::Reader& entry) {
  const json::Reader from = entry["Service"];
  Instance instance;
  instance.service = service;
  instance.id = from["ID"].string(kTextMax);
  instance.address = from["Address"].string_or("", kTextMax);
  if (instance.address.empty()) instance.address = entry["Node"]["Address"].string(kTextMax);
  instance.port = static_cast<std::uint16_t>(from["Port"].integer(0, 65535));
  if (from["Tags"].present()) {
    from["Tags"].elements(kTagsMax, [&](const json::Reader& tag) {
      instance.tags.emplace_back(tag.string(kTextMax));
    });
  }
  if (from["Meta"].present()) {
    from["Meta"].members(kMetaMax, [&](std::string_view key, const json::Reader& value) {
      instance.meta.emplace(key, value.string(kTextMax));
    });
  }
  instance.is_healthy = is_healthy(entry["Checks"]);
  const auto node = instance.meta.find("node");
  if (node == instance.meta.end() || instance.port == 0) return std::nullopt;
  const auto number = parse_u16(node->second);
  if (!number) return std::nullopt;
  instance.node = *number;
  if (const auto boot = instance.meta.find("boot"); boot != instance.meta.end()) {
    instance.boot = boot->second;
  }
  return instance;
}

// RFC 4648 §4, padded, as Consul writes it.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  return bytes;
}

}  // namespace

Result<std::vector<Instance>> read_instances(std::string_view service, std::string_view text) {
  const auto parsed = json::parse(text, kAnswerBytesMax);
  if (!parsed) return std::unexpected(parsed.error());
  std::vector<Instance> instances;
  json::ReadStatus status;
  json::Reader(*parsed, status).elements(kInstancesMax, [&](const json::Reader& entry) {
    if (auto instance = read_instance(service, entry)) instances.push_back(*std::move(instance));
  });
  if (!status.ok()) return std::unexpected(status.error());
  std::ranges::sort(instances, {}, [](const Instance& i) { return std::pair(i.node, i.id); });
  return instances;
}

Result<Values> read_values(std::string_view prefix, std::string_view text) {
  const auto parsed = json::parse(text, kAnswerBytesMax);
  if (!parsed) return std::unexpected(parsed.error());
  Values values;
  json::ReadStatus status;
  json::Reader(*parsed, status).elements(kValuesMax, [&](const json::Reader& entry) {
    const std::string_view key = entry["Key"].string(kTextMax);
    const auto value = decode_base64(entry["Value"].string_or("", kAnswerBytesMax));
    if (!key.starts_with(prefix) || !value || value->size() > kValueBytesMax) return;
    if (is_utf8(*value)) values.emplace(key.substr(prefix.size()), *value);
  });
  if (!status.ok()) return std::unexpected(status.error());
  return values;
}

std::string ttl_check_id(const Instance& self) {
  return "alive:" + self.id;
}

// Both checks begin as passed: who registers is ready, and after the agent's restart nobody shall
// look down until its first look.
std::string registration_json(const Registration& registration) {
  constexpr std::string_view kForgottenAfter = "5m";
  const Instance& self = registration.self;
  boost::json::array checks;
  checks.push_back({{"CheckID", ttl_check_id(self)},
                    {"Name", "event loop"},
                    {"TTL", "10s"},
                    {"Status", "passing"},
                    {"DeregisterCriticalServiceAfter", kForgottenAfter}});
  if (!registration.health_url.empty()) {
    checks.push_back({{"CheckID", "ready:" + self.id},
                      {"Name", "readyz"},
                      {"HTTP", registration.health_url},
                      {"Interval", "2s"},
                      {"Timeout", "1s"},
                      {"Status", "passing"},
                      {"DeregisterCriticalServiceAfter", kForgottenAfter}});
  }
  boost::json::object meta;
  for (const auto& [key, value] : self.meta) meta[key] = value;
  meta["node"] = std::to_string(self.node);
  meta["boot"] = self.boot;
  boost::json::array tags;
  for (const std::string& tag : self.tags) tags.emplace_back(tag);
  return json::serialize(boost::json::object{{"ID", self.id},
                                             {"Name", self.service},
                                             {"Address", self.address},
                                             {"Port", self.port},
                                             {"Tags", std::move(tags)},
                                             {"Meta", std::move(meta)},
                                             {"Checks", std::move(checks)}});
}

}  // namespace confab::discovery::consul
