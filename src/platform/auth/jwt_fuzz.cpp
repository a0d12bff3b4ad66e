// Tokens come from anybody. Whatever the text, and whatever header and claims behind a right
// signature: what is read is written again as the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/base64url.h"
#include "platform/auth/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab;
  static const auto kSigner = auth::SigningKey::hmac(std::string(32, 'k')).value();
  static const auto kKey = kSigner.verify_key();
  constexpr std::int64_t kNow = 1'700'000'000;
  const std::string_view text = as_chars({data, size});
  if (const auto token = auth::read_token(text)) {
    // Nobody guesses a MAC.
    CHECK(!auth::check_token(*token, kKey, "", kNow));
  }
  const std::size_t split = text.find('\n');
  const std::string_view header = text.substr(0, split);
  const std::string_view claims = split == std::string_view::npos ? "" : text.substr(split + 1);
  const std::string body =
      auth::base64url_encode(as_bytes(header)) + '.' + auth::base64url_encode(as_bytes(claims));
  const auto token =
      auth::read_token(body + '.' + auth::base64url_encode(as_bytes(kSigner.sign(body))));
  if (!token || !auth::check_token(*token, kKey, "", kNow)) return 0;
  CHECK(token->algorithm == auth::Algorithm::kHs256);
  CHECK(token->claims.expires_at_s <= kNow + auth::kTokenLifetimeMaxS + 2 * auth::kLeewayS);
  const auto again = auth::read_claims(auth::write_claims(token->claims));
  CHECK(again && *again == token->claims);
  return 0;
}
