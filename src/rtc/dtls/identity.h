// Who we prove to be in DTLS: an ECDSA P-256 key with a self-signed certificate (RFC 8827 §6.5),
// known to the peer by its fingerprint alone. Made once at start, shared by every transport of the
// process, or kept across starts as PEM. Holds the one SSL_CTX that all transports share.
// Immutable after construction, may be used from several threads.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rtc/ortc/types.h"

struct evp_pkey_st;
struct ssl_ctx_st;
struct x509_st;

namespace confab::dtls {

enum class IdentityError : std::uint8_t {
  kUnsupportedOpenSsl,  // 3.2 and later hand timers out in another way (datagram_bio.h)
  kMalformedPem,        // not a private key and a certificate
  kKeyMismatch,         // the key is not the certificate's
  kUnsupportedKey,      // not ECDSA on P-256
  kCryptoFailure,       // OpenSSL refused
};
std::string_view to_string(IdentityError error);

class DtlsIdentity {
 public:
  // A new key and a certificate "CN=confab". The randomness is OpenSSL's own: keys must not depend
  // on a seed. `not_before` is wall time in seconds since 1970; valid for 10 years from a day
  // before it (nobody checks: the fingerprint is what counts).
  static std::expected<DtlsIdentity, IdentityError> generate(std::int64_t not_before);
  // The key and the certificate, in one text, in any order.
  static std::expected<DtlsIdentity, IdentityError> from_pem(std::string_view pem);
  // What from_pem takes; holds the private key. Empty if OpenSSL failed.
  std::string to_pem() const;

  // sha-256 over the certificate, as it is signaled: {"sha-256", "AB:CD:..."}.
  const ortc::DtlsFingerprint& fingerprint() const { return fingerprint_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  using ContextPtr = std::unique_ptr<ssl_ctx_st, FreeContext>;
  static std::expected<DtlsIdentity, IdentityError> make(evp_pkey_st* key, x509_st* certificate);
  DtlsIdentity(ContextPtr context, ortc::DtlsFingerprint fingerprint)
      : context_(std::move(context)), fingerprint_(std::move(fingerprint)) {}

  ContextPtr context_;
  ortc::DtlsFingerprint fingerprint_;
};

}  // namespace confab::dtls
