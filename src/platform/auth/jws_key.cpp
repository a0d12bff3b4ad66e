#include "platform/auth/jws_key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <utility>

#include "base/check.h"
#include "platform/auth/base64url.h"

namespace confab::auth {
namespace {

// RFC 7518 §3.3 asks for 2048; beyond 8192 a check costs more than a sender should be able to ask
// of us.
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
// 65537 in nearly all of them; a large one makes checks slow.
constexpr std::size_t kRsaExponentBytesMax = 4;
constexpr std::size_t kP256NumberBytes = 32;
constexpr std::size_t kP256SignatureBytes = 2 * kP256NumberBytes;
constexpr std::size_t kEd25519KeyBytes = 32;
constexpr std::size_t kEd25519SignatureBytes = 64;

template <typename T, void (*kFree)(T*)>
struct Free {
  void operator()(T* raw) const { kFree(raw); }
};
using Number = std::unique_ptr<BIGNUM, Free<BIGNUM, BN_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX, EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM, OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG, ECDSA_SIG_free>>;
struct FreeBio {
  void operator()(BIO* raw) const { BIO_free(raw); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using detail::KeyPtr;

Number number_of(ByteView bytes) {
  return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// What was refused must not be found in the thread's queue by who looks there next.
std::unexpected<KeyFault> refuse(KeyFault fault) {
  ERR_clear_error();
  return std::unexpected(fault);
}

KeyPtr key_from(const char* type, OSSL_PARAM_BLD* build) {
  const Params params(OSSL_PARAM_BLD_to_param(build));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  CHECK(params != nullptr && context != nullptr);
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return KeyPtr(raw);
}

// A point beside the curve lets who sends it learn about keys of others (RFC 8725 §3.4).
bool is_sound(EVP_PKEY* key) {
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  return context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  return EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name.data(), name.size(),
                                        nullptr) == 1 &&
         std::string_view(name.data()) == "prime256v1";
}

std::expected<Algorithm, KeyFault> algorithm_of(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits < kRsaBitsMin || bits > kRsaBitsMax) return refuse(KeyFault::kWeak);
      return Algorithm::kRs256;
    }
    case EVP_PKEY_EC:
      if (!is_p256(key)) return refuse(KeyFault::kUnsupported);
      return Algorithm::kEs256;
    case EVP_PKEY_ED25519:
      return Algorithm::kEdDsa;
    default:
      return refuse(KeyFault::kUnsupported);
  }
}

std::array<std::uint8_t, 32> hmac_sha256(std::string_view secret, std::string_view text) {
  std::array<std::uint8_t, 32> mac{};
  unsigned length = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          as_bytes(text).data(), text.size(), mac.data(), &length);
  CHECK(made != nullptr && length == mac.size());
  return mac;
}

// RFC 7518 §3.4: two numbers one after the other, where OpenSSL has them in DER.
std::optional<std::string> to_der(std::string_view signature) {
  if (signature.size() != kP256SignatureBytes) return std::nullopt;
  const ByteView bytes = as_bytes(signature);
  const Signature pair(ECDSA_SIG_new());
  Number r = number_of(bytes.first(kP256NumberBytes));
  Number s = number_of(bytes.subspan(kP256NumberBytes));
  CHECK(pair != nullptr && r != nullptr && s != nullptr);
  CHECK(ECDSA_SIG_set0(pair.get(), r.release(), s.release()) == 1);
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  if (length <= 0) return std::nullopt;
  std::string out(as_chars({der, static_cast<std::size_t>(length)}));
  OPENSSL_free(der);
  return out;
}

std::string from_der(std::string_view der) {
  const unsigned char* at = as_bytes(der).data();
  const Signature pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  CHECK(pair != nullptr);
  std::array<std::uint8_t, kP256SignatureBytes> out{};
  constexpr int kBytes = static_cast<int>(kP256NumberBytes);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.data(), kBytes) == kBytes);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.data() + kBytes, kBytes) == kBytes);
  return std::string(as_chars(out));
}

const EVP_MD* digest_of(Algorithm algorithm) {
  // RFC 8032: Ed25519 hashes by itself.
  return algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
}

bool verify_with(EVP_PKEY* key, Algorithm algorithm, std::string_view text,
                 std::string_view signature) {
  const Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  const bool is_good =
      EVP_DigestVerifyInit(context.get(), nullptr, digest_of(algorithm), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(), as_bytes(signature).data(), signature.size(),
                       as_bytes(text).data(), text.size()) == 1;
  ERR_clear_error();
  return is_good;
}

}  // namespace

void detail::FreeKey::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

std::string_view algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kHs256:
      return "HS256";
    case Algorithm::kRs256:
      return "RS256";
    case Algorithm::kEs256:
      return "ES256";
    case Algorithm::kEdDsa:
      return "EdDSA";
  }
  return "";
}

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const Algorithm each :
       {Algorithm::kHs256, Algorithm::kRs256, Algorithm::kEs256, Algorithm::kEdDsa}) {
    if (name == algorithm_name(each)) return each;
  }
  return std::nullopt;
}

std::string_view key_fault_text(KeyFault fault) {
  switch (fault) {
    case KeyFault::kMalformed:
      return "not a key";
    case KeyFault::kWeak:
      return "too short or too long: a secret has 32 to 1024 bytes, RSA 2048 to 8192 bits";
    case KeyFault::kUnsupported:
      return "of another kind than HMAC, RSA, P-256 and Ed25519";
  }
  return "";
}

VerifyKey::Made VerifyKey::hmac(std::string_view secret) {
  if (secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax) {
    return refuse(KeyFault::kWeak);
  }
  return VerifyKey(std::string(secret));
}

VerifyKey::Made VerifyKey::rsa(ByteView modulus, ByteView exponent) {
  if (modulus.size() > kRsaBitsMax / 8 || exponent.size() > kRsaExponentBytesMax) {
    return refuse(KeyFault::kWeak);
  }
  const Number n = number_of(modulus);
  const Number e = number_of(exponent);
  const ParamBuild build(OSSL_PARAM_BLD_new());
  CHECK(n != nullptr && e != nullptr && build != nullptr);
  if (BN_num_bits(n.get()) < kRsaBitsMin) return refuse(KeyFault::kWeak);
  // RFC 8017 §3.1: an odd number from 3 on.
  if (BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1 || BN_is_odd(n.get()) == 0) {
    return refuse(KeyFault::kMalformed);
  }
  CHECK(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  KeyPtr key = key_from("RSA", build.get());
  if (key == nullptr) return refuse(KeyFault::kMalformed);
  return VerifyKey(Algorithm::kRs256, std::move(key));
}

VerifyKey::Made VerifyKey::p256(ByteView x, ByteView y) {
  if (x.size() != kP256NumberBytes || y.size() != kP256NumberBytes) {
    return refuse(KeyFault::kMalformed);
  }
  // SEC 1 §2.3.3: uncompressed.
  std::string point = "\x04";
  point += as_chars(x);
  point += as_chars(y);
  const ParamBuild build(OSSL_PARAM_BLD_new());
  CHECK(build != nullptr);
  CHECK(OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ==
        1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1);
  KeyPtr key = key_from("EC", build.get());
  if (key == nullptr || !is_sound(key.get())) return refuse(KeyFault::kMalformed);
  return VerifyKey(Algorithm::kEs256, std::move(key));
}

VerifyKey::Made VerifyKey::ed25519(ByteView x) {
  if (x.size() != kEd25519KeyBytes) return refuse(KeyFault::kMalformed);
  KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x.data(), x.size()));
  if (key == nullptr) return refuse(KeyFault::kMalformed);
  return VerifyKey(Algorithm::kEdDsa, std::move(key));
}

bool VerifyKey::verify(std::string_view signed_text, std::string_view signature) const {
  switch (algorithm_) {
    case Algorithm::kHs256: {
      const auto mac = hmac_sha256(secret_, signed_text);
      return signature.size() == mac.size() &&
             CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
    }
    case Algorithm::kEs256: {
      const auto der = to_der(signature);
      return der && verify_with(key_.get(), algorithm_, signed_text, *der);
    }
    case Algorithm::kEdDsa:
      if (signature.size() != kEd25519SignatureBytes) return false;
      [[fallthrough]];
    case Algorithm::kRs256:
      return verify_with(key_.get(), algorithm_, signed_text, signature);
  }
  return false;
}

SigningKey::Made SigningKey::hmac(std::string_view secret) {
  if (secret.size() < kSecretBytesMin || secret.size() > kSecretBytesMax) {
    return refuse(KeyFault::kWeak);
  }
  return SigningKey(std::string(secret));
}

SigningKey::Made SigningKey::from_pem(std::string_view pem) {
  constexpr std::size_t kPemBytesMax = 16 * 1024;
  if (pem.empty() || pem.size() > kPemBytesMax) return refuse(KeyFault::kMalformed);
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CHECK(bio != nullptr);
  // Nobody is asked for a passphrase at a terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return refuse(KeyFault::kMalformed);
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return std::unexpected(algorithm.error());
  return SigningKey(*algorithm, std::move(key));
}

SigningKey SigningKey::make_p256() {
  KeyPtr key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr);
  return SigningKey(Algorithm::kEs256, std::move(key));
}

std::string SigningKey::sign(std::string_view text) const {
  if (algorithm_ == Algorithm::kHs256) return std::string(as_chars(hmac_sha256(secret_, text)));
  const Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, digest_of(algorithm_), nullptr, key_.get()) ==
        1);
  std::size_t length = 0;
  const auto* data = as_bytes(text).data();
  CHECK(EVP_DigestSign(context.get(), nullptr, &length, data, text.size()) == 1);
  std::string out(length, '\0');
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<std::uint8_t*>(out.data()), &length, data,
                       text.size()) == 1);
  out.resize(length);
  return algorithm_ == Algorithm::kEs256 ? from_der(out) : out;
}

VerifyKey SigningKey::verify_key() const {
  if (algorithm_ == Algorithm::kHs256) return VerifyKey(secret_);
  CHECK(EVP_PKEY_up_ref(key_.get()) == 1);
  return VerifyKey(algorithm_, KeyPtr(key_.get()));
}

std::string SigningKey::public_jwk(std::string_view kid) const {
  CHECK(algorithm_ == Algorithm::kEs256);
  const auto coordinate = [this](const char* name) {
    BIGNUM* raw = nullptr;
    CHECK(EVP_PKEY_get_bn_param(key_.get(), name, &raw) == 1);
    const Number number(raw);
    std::array<std::uint8_t, kP256NumberBytes> bytes{};
    CHECK(BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) ==
          static_cast<int>(bytes.size()));
    return base64url_encode(bytes);
  };
  return R"({"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":")" + std::string(kid) +
         R"(","x":")" + coordinate(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
         coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + "\"}";
}

std::string SigningKey::to_pem() const {
  CHECK(key_ != nullptr);
  const Bio bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr && PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0,
                                                        nullptr, nullptr) == 1);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

}  // namespace confab::auth
