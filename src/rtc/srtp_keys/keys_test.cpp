#include "rtc/srtp_keys/keys.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace confab {
namespace {

std::vector<std::uint8_t> exported_bytes(SrtpProfile profile) {
  std::vector<std::uint8_t> bytes(srtp_exported_size(profile));
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST(SrtpKeys, OrderIsThatOfRfc5764) {
  const auto exported = exported_bytes(SrtpProfile::kAes128CmSha1_80);
  const auto server =
      SrtpKeys::from_exported(SrtpProfile::kAes128CmSha1_80, exported, /*is_dtls_client=*/false);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->remote.key[0], 0);
  EXPECT_EQ(server->local.key[0], 16);
  EXPECT_EQ(server->remote.salt[0], 32);
  EXPECT_EQ(server->local.salt[0], 46);
  EXPECT_EQ(server->local.salt_view().size(), 14u);
}

TEST(SrtpKeys, WhatOneSideSendsTheOtherOpens) {
  for (const auto profile :
       {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80}) {
    const auto exported = exported_bytes(profile);
    const auto client = SrtpKeys::from_exported(profile, exported, true);
    const auto server = SrtpKeys::from_exported(profile, exported, false);
    ASSERT_TRUE(client && server);
    EXPECT_EQ(client->local.key, server->remote.key);
    EXPECT_EQ(client->remote.salt, server->local.salt);
    EXPECT_NE(client->local.key, client->remote.key);
  }
}

TEST(SrtpKeys, WrongLengthIsRefused) {
  auto exported = exported_bytes(SrtpProfile::kAeadAes128Gcm);
  exported.pop_back();
  EXPECT_FALSE(SrtpKeys::from_exported(SrtpProfile::kAeadAes128Gcm, exported, false));
}

TEST(SrtpKeys, ProfileIdsRoundTrip) {
  for (const auto profile :
       {SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80}) {
    EXPECT_EQ(srtp_profile_from_id(srtp_profile_id(profile)), profile);
    EXPECT_FALSE(srtp_profile_name(profile).empty());
  }
  EXPECT_FALSE(srtp_profile_from_id(0x0002));  // SHA1_32: not offered
}

}  // namespace
}  // namespace confab
