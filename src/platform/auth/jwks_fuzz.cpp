// Key sets come over the network from whoever answers at a provider's address.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/jwks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  const auto keys = auth::KeySet::read(as_chars({data, size}));
  if (!keys) return 0;
  CHECK(keys->size() + keys->passed_over() <= auth::kJwksKeysMax);
  for (const char* id : {"", "a"}) {
    for (const auto algorithm :
         {auth::Algorithm::kRs256, auth::Algorithm::kEs256, auth::Algorithm::kEdDsa}) {
      const auto* key = keys->find(id, algorithm);
      if (key == nullptr) continue;
      CHECK(key->algorithm() != auth::Algorithm::kHs256);
      CHECK(!key->verify("text", "signature"));
    }
  }
  return 0;
}
