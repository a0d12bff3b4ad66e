// A request from outside, as a message of gRPC and as a body of HTTP. The first byte chooses the
// method and the way. What was read is within the limits that the rooms rely on.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "platform/json/json.h"
#include "service/media_compat/messages.h"
#include "service/media_compat/methods.h"

namespace {

using namespace confab;

void check(const rooms::Request& request) {
  std::visit(
      [](const auto& r) {
        if constexpr (requires { r.room; }) CHECK(r.room.size() <= media_compat::kNameBytesMax);
        if constexpr (requires { r.user; }) CHECK(!r.user.empty());
        if constexpr (requires { r.app_data; }) {
          CHECK(r.app_data.text.size() <= media_compat::kAppDataBytesMax);
          CHECK(json::parse(r.app_data.text).has_value());
        }
      },
      request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto methods = media_compat::methods();
  const auto& method = methods[(data[0] >> 1) % methods.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto fields = (data[0] & 1) != 0 ? media_compat::parse_message(method, bytes)
                                         : json::parse(bytes, media_compat::kRequestBytesMax);
  if (!fields) return 0;
  if (const auto request = media_compat::read_request(method, *fields)) check(*request);
  return 0;
}
