#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "web/engineio/packet.h"

// What decodes, encodes to what decodes to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::engineio;
  const std::string_view text = confab::as_chars({data, size});
  if (const auto packets = decode_payload(text)) {
    CHECK(decode_payload(encode_payload(*packets)) == packets);
  }
  if (const auto packet = decode_packet(text, false)) CHECK(encode_packet(*packet) == text);
  return 0;
}
