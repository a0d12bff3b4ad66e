#include "rtc/stun/integrity_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"

namespace confab::stun {
namespace {

// Looked up once: a fetch walks OpenSSL's providers under a lock. Never freed, like the library.
EVP_MAC* hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  CHECK(mac != nullptr);
  return mac;
}

}  // namespace

void IntegrityKey::Free::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

IntegrityKey::IntegrityKey(std::string_view password) : context_(EVP_MAC_CTX_new(hmac())) {
  CHECK(context_ != nullptr);
  char digest[] = "SHA1";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  const ByteView key = as_bytes(password);
  CHECK(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters) == 1);
}

Integrity IntegrityKey::compute(std::span<const ByteView> parts) const {
  // Without a key the context starts over from its padded key state.
  CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  for (const ByteView part : parts) {
    CHECK(EVP_MAC_update(context_.get(), part.data(), part.size()) == 1);
  }
  Integrity out{};
  std::size_t size = 0;
  CHECK(EVP_MAC_final(context_.get(), out.data(), &size, out.size()) == 1);
  CHECK(size == out.size());
  return out;
}

}  // namespace confab::stun
