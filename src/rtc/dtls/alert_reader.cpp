#include "rtc/dtls/alert_reader.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace confab::dtls {
namespace {

// RFC 6347 §4.1: type, version, epoch, sequence number, length.
constexpr std::size_t kHeaderBytes = 13;
constexpr std::uint8_t kAlertType = 21;
constexpr std::uint16_t kDtls12 = 0xfefd;
constexpr std::uint16_t kEpoch = 1;  // the only one with keys: there is no renegotiation
constexpr std::size_t kAlertBytes = 2;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kRandomBytes = 32;

// An alert that ends may follow one that says why (RFC 5246 §7.2.2, user_canceled). More are not
// tried: each costs 1.2 µs, and a datagram has room for forty forged ones.
constexpr int kAlertsTriedMax = 4;

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

struct Sizes {
  std::size_t key = 0;
  std::size_t iv = 0;              // what the handshake fixes of the nonce
  std::size_t explicit_nonce = 0;  // what each record carries of it
};

Sizes sizes_of(RecordCipher cipher) {
  switch (cipher) {
    case RecordCipher::kAes128Gcm:
      return {16, 4, 8};
    case RecordCipher::kAes256Gcm:
      return {32, 4, 8};
    case RecordCipher::kChaCha20Poly1305:
      return {32, kNonceBytes, 0};
  }
  return {};
}

const EVP_CIPHER* evp_of(RecordCipher cipher) {
  switch (cipher) {
    case RecordCipher::kAes128Gcm:
      return EVP_aes_128_gcm();
    case RecordCipher::kAes256Gcm:
      return EVP_aes_256_gcm();
    case RecordCipher::kChaCha20Poly1305:
      return EVP_chacha20_poly1305();
  }
  return nullptr;
}

std::optional<RecordCipher> cipher_of(const SSL_CIPHER* suite) {
  switch (SSL_CIPHER_get_cipher_nid(suite)) {
    case NID_aes_128_gcm:
      return RecordCipher::kAes128Gcm;
    case NID_aes_256_gcm:
      return RecordCipher::kAes256Gcm;
    case NID_chacha20_poly1305:
      return RecordCipher::kChaCha20Poly1305;
    default:
      return std::nullopt;
  }
}

// RFC 5246 §5.
bool prf(const EVP_MD* digest, MutableBytes secret, MutableBytes seed, MutableBytes out) {
  const std::unique_ptr<EVP_KDF, Free<EVP_KDF_free>> kdf(
      EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr));
  if (kdf == nullptr || digest == nullptr) return false;
  const std::unique_ptr<EVP_KDF_CTX, Free<EVP_KDF_CTX_free>> context(EVP_KDF_CTX_new(kdf.get()));
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                       const_cast<char*>(EVP_MD_get0_name(digest)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  return context != nullptr &&
         EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1;
}

// RFC 5246 §6.3: client key, server key, client IV, server IV; AEAD suites have no MAC keys. An
// extended master secret (RFC 7627) is expanded in the same way.
bool expand_keys(const SSL* ssl, MutableBytes key_block) {
  constexpr std::string_view kLabel = "key expansion";
  std::array<std::uint8_t, kLabel.size() + 2 * kRandomBytes> seed{};
  std::uint8_t* const end = std::ranges::copy(as_bytes(kLabel), seed.data()).out;
  std::array<std::uint8_t, SSL_MAX_MASTER_KEY_LENGTH> master{};
  const std::size_t master_bytes =
      SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), master.size());
  const bool expanded =
      SSL_get_server_random(ssl, end, kRandomBytes) == kRandomBytes &&
      SSL_get_client_random(ssl, end + kRandomBytes, kRandomBytes) == kRandomBytes &&
      prf(SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl)),
          MutableBytes(master).first(master_bytes), seed, key_block);
  OPENSSL_cleanse(master.data(), master.size());
  return expanded;
}

// In DTLS the epoch and the record's own number are the sequence number, as the header has them
// (RFC 6347 §4.1.2.1).
ByteView sequence_of(ByteView header) {
  return header.subspan(3, 8);
}

using Nonce = std::array<std::uint8_t, kNonceBytes>;

// RFC 5288 §3: the salt, then what the record brings. RFC 7905 §2: all twelve bytes, the sequence
// number laid over the last eight.
Nonce nonce_of(const RecordKey& key, ByteView header, ByteView explicit_nonce) {
  Nonce nonce = key.iv;
  std::ranges::copy(explicit_nonce, nonce.end() - explicit_nonce.size());
  if (!explicit_nonce.empty()) return nonce;
  const ByteView sequence = sequence_of(header);
  for (std::size_t i = 0; i < sequence.size(); ++i) nonce[4 + i] ^= sequence[i];
  return nonce;
}

// RFC 5246 §6.2.3.3: sequence number, type, version, length of the plain text.
std::array<std::uint8_t, kHeaderBytes> additional_data(ByteView header) {
  std::array<std::uint8_t, kHeaderBytes> out{};
  ByteWriter writer(out);
  writer.bytes(sequence_of(header));
  writer.bytes(header.first(3));
  writer.u16(kAlertBytes);
  return out;
}

}  // namespace

RecordKey::~RecordKey() {
  OPENSSL_cleanse(key.data(), key.size());
  OPENSSL_cleanse(iv.data(), iv.size());
}

std::optional<RecordKey> peer_record_key(const ssl_st* ssl, bool is_client) {
  const SSL_CIPHER* const suite = SSL_get_current_cipher(ssl);
  const auto cipher = suite == nullptr ? std::nullopt : cipher_of(suite);
  if (!cipher || SSL_version(ssl) != DTLS1_2_VERSION) return std::nullopt;
  const Sizes sizes = sizes_of(*cipher);
  std::array<std::uint8_t, 2 * (sizeof(RecordKey::key) + sizeof(RecordKey::iv))> key_block{};
  std::optional<RecordKey> key;
  if (expand_keys(ssl, MutableBytes(key_block).first(2 * (sizes.key + sizes.iv)))) {
    const std::size_t peer = is_client ? 1 : 0;
    const ByteView keys(key_block);
    key.emplace().cipher = *cipher;
    std::ranges::copy(keys.subspan(peer * sizes.key, sizes.key), key->key.begin());
    std::ranges::copy(keys.subspan(2 * sizes.key + peer * sizes.iv, sizes.iv), key->iv.begin());
  }
  OPENSSL_cleanse(key_block.data(), key_block.size());
  ERR_clear_error();
  return key;
}

// No replay window: an alert that ends comes once, and no other does anything.
std::optional<Alert> AlertReader::find_end(ByteView datagram) const {
  ByteReader reader(datagram);
  int tried = 0;
  while (reader.remaining() >= kHeaderBytes && tried < kAlertsTriedMax) {
    const ByteView header = reader.bytes(kHeaderBytes);
    const ByteView body = reader.bytes(load_be16(&header[11]));
    if (!reader.ok()) break;  // cut
    if (header[0] != kAlertType || load_be16(&header[1]) != kDtls12 ||
        load_be16(&header[3]) != kEpoch) {
      continue;
    }
    ++tried;
    const auto alert = open(header, body);
    if (alert && alert->ends()) return alert;
  }
  return std::nullopt;
}

std::optional<Alert> AlertReader::open(ByteView header, ByteView body) const {
  const std::size_t prefix = sizes_of(key_.cipher).explicit_nonce;
  if (body.size() != prefix + kAlertBytes + kTagBytes) return std::nullopt;
  const std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX* const c = context.get();
  const Nonce nonce = nonce_of(key_, header, body.first(prefix));
  const auto aad = additional_data(header);
  std::array<std::uint8_t, kTagBytes> tag{};
  std::ranges::copy(body.last(kTagBytes), tag.begin());
  std::array<std::uint8_t, kAlertBytes> plain{};
  int size = 0;
  const bool authentic =
      c != nullptr &&
      EVP_DecryptInit_ex(c, evp_of(key_.cipher), nullptr, key_.key.data(), nonce.data()) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptUpdate(c, nullptr, &size, aad.data(), static_cast<int>(aad.size())) == 1 &&
      EVP_DecryptUpdate(c, plain.data(), &size, &body[prefix], kAlertBytes) == 1 &&
      EVP_DecryptFinal_ex(c, plain.data() + size, &size) == 1;
  ERR_clear_error();
  return authentic ? std::optional(Alert{plain[0], plain[1]}) : std::nullopt;
}

}  // namespace confab::dtls
