// Our SRTP against libsrtp2, byte for byte and in both directions.
#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <algorithm>

#include "rtc/srtp/session.h"
#include "rtc/srtp/test_support.h"

namespace confab::srtp {
namespace {

class Oracle {
 public:
  Oracle(const SrtpKeyMaterial& keys, bool outbound) {
    static const bool initialised = srtp_init() == srtp_err_status_ok;
    EXPECT_TRUE(initialised);
    std::ranges::copy(keys.key_view(), std::back_inserter(key_and_salt_));
    std::ranges::copy(keys.salt_view(), std::back_inserter(key_and_salt_));
    srtp_policy_t policy{};
    for (auto* crypto : {&policy.rtp, &policy.rtcp}) {
      switch (keys.profile) {
        case SrtpProfile::kAeadAes128Gcm:
          srtp_crypto_policy_set_aes_gcm_128_16_auth(crypto);
          break;
        case SrtpProfile::kAeadAes256Gcm:
          srtp_crypto_policy_set_aes_gcm_256_16_auth(crypto);
          break;
        case SrtpProfile::kAes128CmSha1_80:
          srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(crypto);
          break;
      }
    }
    policy.ssrc.type = outbound ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = key_and_salt_.data();
    policy.window_size = 512;
    EXPECT_EQ(srtp_create(&session_, &policy), srtp_err_status_ok);
  }
  ~Oracle() { srtp_dealloc(session_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  Bytes protect_rtp(Bytes packet) { return apply(srtp_protect, std::move(packet)); }
  Bytes protect_rtcp(Bytes packet) { return apply(srtp_protect_rtcp, std::move(packet)); }
  Bytes unprotect_rtp(Bytes packet) { return apply(srtp_unprotect, std::move(packet)); }
  Bytes unprotect_rtcp(Bytes packet) { return apply(srtp_unprotect_rtcp, std::move(packet)); }

 private:
  // Empty when libsrtp refuses.
  template <typename Function>
  Bytes apply(Function function, Bytes packet) {
    int size = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN + 4);
    if (function(session_, packet.data(), &size) != srtp_err_status_ok) return {};
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }

  Bytes key_and_salt_;
  srtp_t session_ = nullptr;
};

Bytes protect_rtp(SrtpSender& sender, Bytes packet) {
  const std::size_t size = packet.size();
  packet.resize(size + kRtpOverheadMax);
  const auto protected_size = sender.protect_rtp(packet, size);
  packet.resize(protected_size.value_or(0));
  return packet;
}

Bytes protect_rtcp(SrtpSender& sender, Bytes packet) {
  const std::size_t size = packet.size();
  packet.resize(size + kRtcpOverheadMax);
  const auto protected_size = sender.protect_rtcp(packet, size);
  packet.resize(protected_size.value_or(0));
  return packet;
}

Bytes unprotect_rtp(SrtpReceiver& receiver, Bytes packet) {
  packet.resize(receiver.unprotect_rtp(packet).value_or(0));
  return packet;
}

Bytes unprotect_rtcp(SrtpReceiver& receiver, Bytes packet) {
  packet.resize(receiver.unprotect_rtcp(packet).value_or(0));
  return packet;
}

// Each backend with each profile.
template <typename Test>
void for_each_setup(Test&& test) {
  for (const auto& provider : all_providers()) {
    for (const auto profile : kProfiles) {
      SCOPED_TRACE(std::string(provider->name()) + " " + std::string(srtp_profile_name(profile)));
      test(*provider, random_keys(profile, 42));
    }
  }
}

TEST(Oracle, RtpOfEveryLengthOverTheSequenceWrap) {
  for_each_setup([](CryptoProvider& provider, const SrtpKeyMaterial& keys) {
    Oracle out(keys, true);
    Oracle in(keys, false);
    SrtpSender sender(provider, keys);
    SrtpReceiver receiver(provider, keys);
    std::uint16_t seq = 65'000;  // wraps after 536 packets
    for (std::size_t size = 12; size < 1500; ++size, ++seq) {
      const auto plain = rtp_packet(0xCAFE, seq, size);
      const auto theirs = out.protect_rtp(plain);
      const auto ours = protect_rtp(sender, plain);
      ASSERT_EQ(ours, theirs) << size;
      ASSERT_EQ(unprotect_rtp(receiver, theirs), plain) << size;
      ASSERT_EQ(in.unprotect_rtp(ours), plain) << size;
    }
  });
}

TEST(Oracle, RtcpOfEveryLength) {
  for_each_setup([](CryptoProvider& provider, const SrtpKeyMaterial& keys) {
    Oracle out(keys, true);
    Oracle in(keys, false);
    SrtpSender sender(provider, keys);
    SrtpReceiver receiver(provider, keys);
    for (std::size_t size = 8; size < 1400; size += 4) {
      const auto plain = rtcp_packet(0xCAFE, size);
      const auto theirs = out.protect_rtcp(plain);
      const auto ours = protect_rtcp(sender, plain);
      ASSERT_EQ(ours, theirs) << size;
      ASSERT_EQ(unprotect_rtcp(receiver, theirs), plain) << size;
      ASSERT_EQ(in.unprotect_rtcp(ours), plain) << size;
    }
  });
}

TEST(Oracle, CsrcsAndExtensionsStayClear) {
  for_each_setup([](CryptoProvider& provider, const SrtpKeyMaterial& keys) {
    Oracle out(keys, true);
    SrtpSender sender(provider, keys);
    auto plain = rtp_packet(1, 1, 100);
    plain[0] = 0x92;  // two CSRCs and an extension block
    store_be16(&plain[20], 0xBEDE);
    store_be16(&plain[22], 2);
    const auto ours = protect_rtp(sender, plain);
    ASSERT_EQ(ours, out.protect_rtp(plain));
    EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 32, ours.begin()));
  });
}

// Loss and reordering by up to 200 packets, over three wraps: both sides take and refuse the same.
TEST(Oracle, LossAndReorderAroundTheWrap) {
  for_each_setup([](CryptoProvider& provider, const SrtpKeyMaterial& keys) {
    Oracle in(keys, false);
    SrtpSender sender(provider, keys);
    SrtpReceiver receiver(provider, keys);
    SeededRandom random(9);
    std::vector<std::pair<std::uint64_t, Bytes>> arrivals;
    std::uint64_t n = 65'300;
    for (int i = 0; i < 1500; ++i) {
      // Dense around the wraps, long jumps between them.
      n += n % 65'536 > 400 && n % 65'536 < 65'100 ? 30'000 : random.between(1, 3);
      arrivals.emplace_back(n + random.between(0, 200),
                            protect_rtp(sender, rtp_packet(5, static_cast<std::uint16_t>(n), 60)));
      ASSERT_FALSE(arrivals.back().second.empty());
    }
    std::ranges::sort(arrivals, {}, [](const auto& a) { return a.first; });
    int taken = 0;
    for (const auto& [at, packet] : arrivals) {
      const auto theirs = in.unprotect_rtp(packet);
      const auto ours = unprotect_rtp(receiver, packet);
      ASSERT_EQ(ours, theirs) << at;
      if (!ours.empty()) ++taken;
      ASSERT_TRUE(unprotect_rtp(receiver, packet).empty()) << "a replay";
    }
    EXPECT_GT(n, 3u * 65'536);
    EXPECT_EQ(taken, 1500);
  });
}

}  // namespace
}  // namespace confab::srtp
