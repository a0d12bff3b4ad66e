#include "platform/random/secure_random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace confab {
namespace {

void from_openssl(MutableBytes out) {
  CHECK(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

// Bytes handed out once and wiped as they go, so that a later leak of memory tells nothing.
struct Stock {
  std::array<std::uint8_t, 512> bytes{};
  std::size_t used = sizeof(bytes);

  ~Stock() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

  void take(MutableBytes out) {
    if (bytes.size() - used < out.size()) {
      from_openssl(bytes);
      used = 0;
    }
    const auto from = MutableBytes(bytes).subspan(used, out.size());
    std::ranges::copy(from, out.begin());
    OPENSSL_cleanse(from.data(), from.size());
    used += out.size();
  }
};

}  // namespace

void SecureRandom::fill(MutableBytes out) {
  thread_local Stock stock;
  if (out.size() <= 64) {
    stock.take(out);
    return;
  }
  // RAND_bytes counts in int.
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  while (!out.empty()) {
    const auto part = out.first(std::min(out.size(), kChunk));
    from_openssl(part);
    out = out.subspan(part.size());
  }
}

}  // namespace confab
