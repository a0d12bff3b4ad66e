#include "service/signaling/ice_servers.h"

#include <boost/json.hpp>

#include "platform/auth/turn_credentials.h"

namespace confab::signaling {

boost::json::array ice_servers(const IceConfig& config, std::span<const std::string> urls,
                               std::string_view whom, std::int64_t now_ms) {
  boost::json::array out;
  for (const std::string& url : urls) {
    boost::json::object server{{"urls", url}};
    const bool is_turn = url.starts_with("turn:") || url.starts_with("turns:");
    if (is_turn && !config.turn_secret.empty()) {
      const std::int64_t expires_s = (now_ms + to_ms(config.turn_lifetime)) / 1000;
      auto made = auth::turn_credentials(config.turn_secret, whom, expires_s);
      server["username"] = std::move(made.username);
      server["credential"] = std::move(made.credential);
    }
    out.emplace_back(std::move(server));
  }
  return out;
}

}  // namespace confab::signaling
