#include <string>

#include "platform/config/config.h"

namespace confab {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::kServe:
      return "serve";
    case Role::kGateway:
      return "gateway";
    case Role::kSignaling:
      return "signaling";
    case Role::kMedia:
      return "media";
    case Role::kWeb:
      return "web";
    case Role::kLogs:
      return "logs";
  }
  return "";
}

Config default_config(Role role) {
  Config config;
  // A folder serves one process.
  if (role != Role::kServe) config.data_dir += "-" + std::string(role_name(role));
  const auto ports = [&](std::uint16_t http, std::uint16_t admin) {
    config.http.listen.port = http;
    config.admin.listen.port = admin;
  };
  switch (role) {
    case Role::kServe:
      break;
    case Role::kGateway:
      ports(4000, 4001);
      break;
    case Role::kSignaling:
      ports(5000, 5001);
      break;
    case Role::kMedia:
      break;  // its one port of HTTP is the admin's
    case Role::kWeb:
      ports(3000, 3002);
      break;  // 3001 is Grafana's
    case Role::kLogs:
      ports(9000, 9001);
      // Who may come to them may read them: this machine alone, unless a token is set.
      config.http.listen.address = IpAddress::v4(0x7f000001);
      break;
  }
  return config;
}

}  // namespace confab
