#include "platform/tls/certificate_check.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace confab {
namespace {

template <auto free>
struct FreeWith {
  void operator()(auto* object) const { free(object); }
};
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;

BioPtr open(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// A terminal is not asked for a passphrase.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

CertificatePtr read_certificate(const std::string& pem) {
  const BioPtr text = open(pem);
  return CertificatePtr(PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr));
}

}  // namespace

Result<void> check_certificate(const std::string& certificate, const std::string& key) {
  const CertificatePtr x509 = read_certificate(certificate);
  if (x509 == nullptr) return fail(ErrorCode::kInvalidArgument, "is no certificate in PEM");
  const BioPtr key_text = open(key);
  const KeyPtr evp(PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  if (evp == nullptr) return fail(ErrorCode::kInvalidArgument, "its key is none in PEM");
  if (X509_check_private_key(x509.get(), evp.get()) != 1) {
    return fail(ErrorCode::kInvalidArgument, "its key is another one's");
  }
  return {};
}

Result<std::int64_t> certificate_expiry(const std::string& certificate) {
  const CertificatePtr x509 = read_certificate(certificate);
  std::tm parts{};
  if (x509 == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(x509.get()), &parts) != 1) {
    return fail(ErrorCode::kInvalidArgument, "is no certificate in PEM");
  }
  return ::timegm(&parts);
}

}  // namespace confab
