// For the tests of this module: encrypts a record, byte by byte as the RFCs say.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "rtc/dtls/alert_reader.h"
#include "rtc/dtls/test_pair.h"

namespace confab::dtls {

struct Record {
  std::uint8_t type = 21;
  std::uint16_t version = 0xfefd;
  std::uint16_t epoch = 1;
  std::uint64_t seq = 1;
  Bytes text = {1, 0};  // a warning, close_notify
};

inline Bytes seal(const RecordKey& key, const Record& record) {
  const bool is_chacha = key.cipher == RecordCipher::kChaCha20Poly1305;
  const EVP_CIPHER* const cipher = is_chacha ? EVP_chacha20_poly1305()
                                   : key.cipher == RecordCipher::kAes128Gcm ? EVP_aes_128_gcm()
                                                                            : EVP_aes_256_gcm();
  const std::uint64_t sequence = std::uint64_t{record.epoch} << 48 | record.seq;
  const auto text_bytes = static_cast<std::uint16_t>(record.text.size());
  Bytes aad(13);
  store_be64(&aad[0], sequence);
  aad[8] = record.type;
  store_be16(&aad[9], record.version);
  store_be16(&aad[11], text_bytes);

  Bytes explicit_nonce(is_chacha ? 0 : 8, 0x77);
  std::array<std::uint8_t, 12> nonce = key.iv;
  if (is_chacha) {
    std::array<std::uint8_t, 8> padded{};
    store_be64(padded.data(), sequence);
    for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] ^= padded[i];
  } else {
    std::ranges::copy(explicit_nonce, nonce.begin() + 4);
  }

  Bytes sealed(record.text.size());
  Bytes tag(16);
  int size = 0;
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  EXPECT_EQ(EVP_EncryptInit_ex(context, cipher, nullptr, key.key.data(), nonce.data()), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context, nullptr, &size, aad.data(), 13), 1);
  EXPECT_EQ(EVP_EncryptUpdate(context, sealed.data(), &size, record.text.data(), text_bytes), 1);
  EXPECT_EQ(EVP_EncryptFinal_ex(context, sealed.data() + size, &size), 1);
  EXPECT_EQ(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag.data()), 1);
  EVP_CIPHER_CTX_free(context);

  Bytes out(13);
  out[0] = record.type;
  store_be16(&out[1], record.version);
  store_be64(&out[3], sequence);
  store_be16(&out[11], static_cast<std::uint16_t>(explicit_nonce.size() + sealed.size() + 16));
  for (const Bytes* part : {&explicit_nonce, &sealed, &tag}) {
    out.insert(out.end(), part->begin(), part->end());
  }
  return out;
}

}  // namespace confab::dtls
