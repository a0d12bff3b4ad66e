// Resume tokens and host keys come from clients: whatever the text, and whatever the body behind a
// right signature.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/base64url.h"
#include "platform/auth/token_signer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  const auth::TokenSigner signer(auth::TokenSigner::Key{1, 2, 3});
  const std::string_view text = as_chars({data, size});
  CHECK(!signer.verify(text, 0));
  CHECK(!signer.is_host_key(text, "abc-defg-hij"));
  if (const auto decoded = auth::base64url_decode(text)) {
    CHECK(auth::base64url_encode(as_bytes(*decoded)) == text);
  }
  // A token whose signature is right because it is signed as a host key is still none.
  if (size < 512) {
    const std::string key = signer.host_key(text);
    CHECK(signer.is_host_key(key, text));
    CHECK(!signer.verify(key, 0));
  }
  return 0;
}
