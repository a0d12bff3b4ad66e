#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "service/media_rpc/codec.h"

// What can be read is written so that it is read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::media_rpc;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = decode_to_media(bytes)) {
    const std::string once = encode(*message);
    const auto again = decode_to_media(once);
    CHECK(again.has_value());
    CHECK(encode(*again) == once);
  }
  if (const auto message = decode_from_media(bytes)) {
    const std::string once = encode(*message);
    const auto again = decode_from_media(once);
    CHECK(again.has_value());
    CHECK(encode(*again) == once);
  }
  return 0;
}
