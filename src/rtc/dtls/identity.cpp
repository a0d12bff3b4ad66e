#include "rtc/dtls/identity.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/limits.h"
#include "rtc/dtls/fingerprint.h"

namespace confab::dtls {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr std::int64_t kDayS = 24 * 60 * 60;
constexpr std::int64_t kValidDays = 3650;

// ECDSA for us; RSA beside it for the day we are the client of somebody else's server. AEAD only:
// DtlsTransport::max_message_bytes() counts on it.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES256-GCM-SHA384";

std::unexpected<IdentityError> bad(IdentityError error) {
  ERR_clear_error();
  return std::unexpected(error);
}

// DatagramBio owns OpenSSL's timer through a pointer that 3.2 replaced by a copy.
bool is_supported_openssl() {
  return OpenSSL_version_num() < 0x30200000UL;
}

bool is_p256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t size = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
                                        &size) == 1 &&
         std::string_view(group, size) == "prime256v1";
}

bool set_random_serial(X509* certificate) {
  std::int64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1) return false;
  // RFC 5280 §4.1.2.2: positive.
  serial = (serial & 0x7fffffffffffffff) | 1;
  return ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial) == 1;
}

CertificatePtr make_certificate(EVP_PKEY* key, std::int64_t not_before) {
  CertificatePtr certificate(X509_new());
  X509* const x = certificate.get();
  if (x == nullptr || X509_set_version(x, X509_VERSION_3) != 1 || !set_random_serial(x)) return {};
  X509_NAME* const name = X509_get_subject_name(x);
  const auto* const common_name = reinterpret_cast<const unsigned char*>("confab");
  const bool filled =
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
      X509_set_issuer_name(x, name) == 1 &&
      ASN1_TIME_set(X509_getm_notBefore(x), not_before - kDayS) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(x), not_before + kValidDays * kDayS) != nullptr &&
      X509_set_pubkey(x, key) == 1 && X509_sign(x, key, EVP_sha256()) > 0;
  return filled ? std::move(certificate) : CertificatePtr{};
}

// The peer's certificate is self-signed: OpenSSL only has to ask for it. Who it is, is decided by
// its fingerprint (DtlsTransport).
int accept_any_certificate(int, X509_STORE_CTX*) {
  return 1;
}

bool configure(SSL_CTX* context, EVP_PKEY* key, X509* certificate) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Of what is sent, a record at the most is an MTU's worth: the buffer for it need not be 16 kB.
  SSL_CTX_set_max_send_fragment(context, limits::kPacketBytes);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     accept_any_certificate);
  // What browsers send has one certificate of a few hundred bytes.
  SSL_CTX_set_max_cert_list(context, 16 * 1024);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
         SSL_CTX_use_certificate(context, certificate) == 1 &&
         SSL_CTX_use_PrivateKey(context, key) == 1;
}

}  // namespace

std::string_view to_string(IdentityError error) {
  switch (error) {
    case IdentityError::kUnsupportedOpenSsl:
      return "this version of OpenSSL is not supported";
    case IdentityError::kMalformedPem:
      return "not a private key and a certificate in PEM";
    case IdentityError::kKeyMismatch:
      return "the key is not the certificate's";
    case IdentityError::kUnsupportedKey:
      return "the key is not ECDSA on P-256";
    case IdentityError::kCryptoFailure:
      return "OpenSSL failed";
  }
  return "unknown";
}

void DtlsIdentity::FreeContext::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

std::expected<DtlsIdentity, IdentityError> DtlsIdentity::make(evp_pkey_st* key,
                                                              x509_st* certificate) {
  if (!is_supported_openssl()) return bad(IdentityError::kUnsupportedOpenSsl);
  ContextPtr context(SSL_CTX_new(DTLS_method()));
  if (context == nullptr || !configure(context.get(), key, certificate)) {
    return bad(IdentityError::kCryptoFailure);
  }
  const Fingerprint digest = certificate_fingerprint(certificate, HashAlgorithm::kSha256);
  return DtlsIdentity(std::move(context),
                      {"sha-256", format_fingerprint(ByteView(digest.bytes).first(digest.size))});
}

std::expected<DtlsIdentity, IdentityError> DtlsIdentity::generate(std::int64_t not_before) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (key == nullptr) return bad(IdentityError::kCryptoFailure);
  const CertificatePtr certificate = make_certificate(key.get(), not_before);
  if (certificate == nullptr) return bad(IdentityError::kCryptoFailure);
  return make(key.get(), certificate.get());
}

std::expected<DtlsIdentity, IdentityError> DtlsIdentity::from_pem(std::string_view pem) {
  // Each reader skips the blocks that are not its own, so the order does not matter.
  const auto open = [&] {
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  };
  // Never ask a terminal for a passphrase.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  const BioPtr for_key = open();
  const BioPtr for_certificate = open();
  const KeyPtr key(PEM_read_bio_PrivateKey(for_key.get(), nullptr, no_passphrase, nullptr));
  const CertificatePtr certificate(
      PEM_read_bio_X509(for_certificate.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr || certificate == nullptr) return bad(IdentityError::kMalformedPem);
  if (!is_p256(key.get())) return bad(IdentityError::kUnsupportedKey);
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return bad(IdentityError::kKeyMismatch);
  }
  return make(key.get(), certificate.get());
}

std::string DtlsIdentity::to_pem() const {
  const BioPtr out(BIO_new(BIO_s_mem()));
  EVP_PKEY* const key = SSL_CTX_get0_privatekey(context_.get());
  X509* const certificate = SSL_CTX_get0_certificate(context_.get());
  if (out == nullptr ||
      PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(out.get(), certificate) != 1) {
    return {};
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace confab::dtls
