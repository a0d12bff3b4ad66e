// X-Forwarded-For from anyone: whatever it says, an address outside of the trusted blocks cannot be
// passed by, and what is written left of it changes nothing.
#include <cstdint>

#include "base/check.h"
#include "platform/http/forwarded.h"

namespace http = confab::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<confab::IpPrefix> trusted = {*confab::IpPrefix::parse("10.0.0.0/8"),
                                                 *confab::IpPrefix::parse("fd00::/8")};
  const confab::Endpoint proxy = *confab::Endpoint::parse("10.0.0.1:9");
  const confab::Endpoint client = *confab::Endpoint::parse("203.0.113.7:51234");
  (void)http::client_of(proxy, {{"X-Forwarded-For", text}}, trusted);
  CHECK(http::client_of(proxy, {{"X-Forwarded-For", text}, {"x-forwarded-for", client.to_string()}},
                        trusted) == client);
  CHECK(http::client_of(client, {{"X-Forwarded-For", text}}, trusted) == client);
  if (const auto node = http::parse_forwarded_node(text)) {
    CHECK(http::parse_forwarded_node(node->to_string()) == node);
  }
  return 0;
}
