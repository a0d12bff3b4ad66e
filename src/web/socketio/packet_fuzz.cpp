#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "web/socketio/json.h"
#include "web/socketio/packet.h"

// What decodes, encodes to what decodes to the same; its JSON is JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::socketio;
  const std::string_view text = confab::as_chars({data, size});
  if (const auto packet = decode_packet(text)) {
    CHECK(packet->json.empty() || is_json(packet->json));
    CHECK(decode_packet(encode_packet(*packet)) == packet);
  }
  if (is_json(text)) {
    if (const auto plain = json_unquote(text)) CHECK(json_unquote(json_quote(*plain)) == plain);
  }
  return 0;
}
