#include "rtc/srtp/key_derivation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/srtp/test_support.h"

namespace confab::srtp {
namespace {

Bytes head(ByteView bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(KeyDerivation, Rfc3711AppendixB3) {
  SrtpKeyMaterial master{.profile = SrtpProfile::kAes128CmSha1_80};
  std::ranges::copy(from_hex("E1F97A0D3E018BE0D64FA32C06DE4139"), master.key.begin());
  std::ranges::copy(from_hex("0EC675AD498AFEEBB6960B3AABE6"), master.salt.begin());
  const auto keys = derive_session_keys(master);
  EXPECT_EQ(head(keys.rtp.cipher, 16), from_hex("C61E7A93744F39EE10734AFE3FF7A087"));
  EXPECT_EQ(head(keys.rtp.salt, 14), from_hex("30CBBC08863D8C85D49DB34A9AE1"));
  EXPECT_EQ(head(keys.rtp.auth, 20), from_hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
}

TEST(KeyDerivation, EveryLabelGivesAnotherKey) {
  for (const auto profile : kProfiles) {
    const auto keys = derive_session_keys(random_keys(profile, 3));
    EXPECT_NE(keys.rtp.cipher, keys.rtcp.cipher);
    EXPECT_NE(keys.rtp.salt, keys.rtcp.salt);
    EXPECT_NE(head(keys.rtp.cipher, 14), head(keys.rtp.salt, 14));
  }
}

}  // namespace
}  // namespace confab::srtp
