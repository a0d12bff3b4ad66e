#include <cstdlib>

#include "engine/rfc4571.h"

// The first byte says how the rest is cut into reads; what comes out must not depend on it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const confab::ByteView stream(data + 1, size - 1);
  const std::size_t step = std::size_t{data[0]} + 1;

  const auto digest = [&](std::size_t read_size) {
    confab::engine::FrameReader reader(1984);
    std::uint64_t hash = 14695981039346656037u;
    for (std::size_t at = 0; at < stream.size(); at += read_size) {
      const std::size_t n = std::min(read_size, stream.size() - at);
      reader.read(stream.subspan(at, n), [&](confab::ByteView frame) {
        for (const std::uint8_t b : frame) hash = (hash ^ b) * 1099511628211u;
        hash = (hash ^ frame.size()) * 1099511628211u;
      });
    }
    return hash;
  };
  if (digest(step) != digest(stream.empty() ? 1 : stream.size())) std::abort();
  return 0;
}
