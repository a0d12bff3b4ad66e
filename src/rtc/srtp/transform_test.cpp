#include "rtc/srtp/transform.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/srtp/test_support.h"

namespace confab::srtp {
namespace {

constexpr std::string_view kGallia =
    "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573";

struct GcmVector {
  std::string_view key;
  std::string_view sealed;  // ciphertext and tag
};

// RFC 7714 §16.1.1 and §16.2.1: SRTP, session keys given.
constexpr GcmVector kGcmVectors[] = {
    {"000102030405060708090a0b0c0d0e0f",
     "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
     "899d7f27 beb16a91 52cf765e e4390cce"},
    {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799 b87b"
     "7aa3db36 dfffd6b0 f9bb7878 d7a76c13"}};

TEST(Aead, Rfc7714Vectors) {
  const auto header = from_hex("8040f17b 8041f8d3 5501a0b2");
  GcmIv iv;
  std::ranges::copy(from_hex("51753c65 80c2726f 20718414"), iv.begin());
  for (const auto& provider : all_providers()) {
    for (const auto& vector : kGcmVectors) {
      const auto aead = provider->make_aead(from_hex(vector.key));
      Bytes text = from_hex(kGallia);
      const std::size_t size = text.size();
      text.resize(size + kGcmTagBytes);
      aead->seal(iv, header, MutableBytes(text).first(size), &text[size]);
      EXPECT_EQ(text, from_hex(vector.sealed)) << provider->name();
      EXPECT_TRUE(aead->open(iv, header, MutableBytes(text).first(size), &text[size]));
      text.resize(size);
      EXPECT_EQ(text, from_hex(kGallia)) << provider->name();
    }
  }
}

TEST(CtrHmac, Rfc3711AppendixB2Keystream) {
  CtrIv iv{};
  std::ranges::copy(from_hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), iv.begin());
  for (const auto& provider : all_providers()) {
    const auto cipher =
        provider->make_ctr_hmac(from_hex("2B7E151628AED2A6ABF7158809CF4F3C"), Bytes(20, 1));
    Bytes buffer(48 + 10, 0);
    cipher->seal(iv, MutableBytes(buffer).first(48), 0, 0, &buffer[48]);
    buffer.resize(48);
    EXPECT_EQ(buffer, from_hex("E03EAD0935C95E80E166B16DD92B4EB4"
                               "D23513162B02D0F72A43A2FE4A5F97AB"
                               "41E95B3BB0A2E8DD477901E4FCA894C0"))
        << provider->name();
  }
}

TEST(CtrHmac, BackendsAgree) {
  const auto providers = all_providers();
  for (std::size_t size = 12; size < 200; ++size) {
    std::vector<Bytes> sealed;
    for (const auto& provider : providers) {
      const auto cipher = provider->make_ctr_hmac(Bytes(16, 5), Bytes(20, 6));
      Bytes buffer(size + 10, 0x33);
      cipher->seal(CtrIv{9}, MutableBytes(buffer).first(size), 12, 77, &buffer[size]);
      sealed.push_back(buffer);
    }
    for (const auto& other : sealed) EXPECT_EQ(other, sealed.front()) << size;
  }
}

TEST(Transform, AnyChangedBitIsFound) {
  for (const auto& provider : all_providers()) {
    for (const auto profile : kProfiles) {
      const auto transform = make_transform(*provider, random_keys(profile, 1));
      auto sealed = rtp_packet(1, 2, 40);
      sealed.resize(40 + transform->rtp_overhead());
      transform->seal_rtp(MutableBytes(sealed).first(40), 12, 1, 2);
      for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto changed = sealed;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(transform->open_rtp(changed, 12, 1, 2)) << provider->name() << " bit " << bit;
      }
      auto other_roc = sealed;
      EXPECT_FALSE(transform->open_rtp(other_roc, 12, 1, 2 + 0x10000));
      EXPECT_TRUE(transform->open_rtp(sealed, 12, 1, 2));
    }
  }
}

TEST(Provider, TheFastestIsIpsecMbWhereItRuns) {
  const auto fast = make_ipsec_mb_provider();
  EXPECT_EQ(make_crypto_provider()->name(), fast ? "ipsec-mb" : "openssl");
}

}  // namespace
}  // namespace confab::srtp
