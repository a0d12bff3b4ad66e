#include "platform/tls/self_signed.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace confab {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kValidDays = 825;
constexpr int kSerialBits = 127;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  const BigNumber serial(BN_new());
  return serial != nullptr &&
         BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string alternative_names(const std::string& host_name, std::span<const IpAddress> addresses) {
  std::string names = "DNS:localhost";
  if (!host_name.empty()) names += ",DNS:" + host_name;
  for (const IpAddress& address : addresses) names += ",IP:" + address.to_string();
  return names;
}

}  // namespace

Result<CertificatePem> make_self_signed(const std::string& host_name,
                                        std::span<const IpAddress> addresses,
                                        std::int64_t not_before) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  const Bio certificate_pem(BIO_new(BIO_s_mem()));
  const Bio key_pem(BIO_new(BIO_s_mem()));
  X509* x = certificate.get();
  bool ok = key && x != nullptr && certificate_pem && key_pem && X509_set_version(x, 2) == 1 &&
            set_serial(x);
  if (ok) {
    const time_t from = static_cast<time_t>(not_before) - kDay;
    X509_NAME* name = X509_get_subject_name(x);
    ok = ASN1_TIME_set(X509_getm_notBefore(x), from) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(x), from + kValidDays * kDay) != nullptr &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>("confab"), -1, -1,
                                    0) == 1 &&
         X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key.get()) == 1 &&
         add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(x, NID_ext_key_usage, "serverAuth") &&
         add_extension(x, NID_subject_alt_name, alternative_names(host_name, addresses)) &&
         X509_sign(x, key.get(), EVP_sha256()) > 0 &&
         PEM_write_bio_X509(certificate_pem.get(), x) == 1 &&
         PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                  nullptr) == 1;
  }
  if (!ok) return fail(ErrorCode::kInternal, "OpenSSL could not make a certificate");
  return CertificatePem{text_of(certificate_pem.get()), text_of(key_pem.get())};
}

}  // namespace confab
