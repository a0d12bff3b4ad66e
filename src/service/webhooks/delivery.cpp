#include "service/webhooks/delivery.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/check.h"
#include "platform/auth/base64url.h"

namespace confab::webhooks {
namespace {

constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::int64_t kFirstWaitMs = 5'000;
constexpr std::int64_t kLongestWaitMs = 3'600'000;

// The other alphabet of RFC 4648, with padding, which the specification has.
std::string to_base64(ByteView bytes) {
  std::string text = auth::base64url_encode(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::string> from_base64(std::string_view base64) {
  std::string text(base64.substr(0, base64.find('=')));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return auth::base64url_decode(text);
}

}  // namespace

std::string make_secret(Random& random) {
  std::array<std::uint8_t, 32> bytes{};
  random.fill(bytes);
  return std::string(kSecretPrefix) + to_base64(bytes);
}

std::optional<std::string> signature(std::string_view secret, std::string_view id,
                                     std::int64_t timestamp_s, std::string_view body) {
  if (!secret.starts_with(kSecretPrefix)) return std::nullopt;
  const auto key = from_base64(secret.substr(kSecretPrefix.size()));
  if (!key || key->empty()) return std::nullopt;
  const std::string text =
      std::string(id) + '.' + std::to_string(timestamp_s) + '.' + std::string(body);
  std::array<std::uint8_t, 32> mac{};
  unsigned length = 0;
  CHECK(HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()), as_bytes(text).data(),
             text.size(), mac.data(), &length) != nullptr);
  return "v1," + to_base64(mac);
}

std::int64_t wait_after_ms(std::int64_t attempts, Random& random) {
  std::int64_t wait = kFirstWaitMs;
  for (std::int64_t i = 1; i < attempts && wait < kLongestWaitMs; ++i) wait *= 2;
  wait = std::min(wait, kLongestWaitMs);
  return wait * (80 + random.between(0, 40)) / 100;
}

}  // namespace confab::webhooks
