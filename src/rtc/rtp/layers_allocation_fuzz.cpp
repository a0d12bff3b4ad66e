// Parses whatever comes; what parses is written again and read back as the same.
#include "base/check.h"
#include "rtc/rtp/layers_allocation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  const auto read = rtp::parse_layers_allocation(ByteView(data, size));
  if (!read) return 0;
  std::array<std::uint8_t, rtp::kLayersAllocationBytesMax> out;
  const std::size_t written = rtp::encode_layers_allocation(*read, out);
  CHECK(rtp::parse_layers_allocation(ByteView(out).first(written)) == read);
  return 0;
}
