// Our SRTP against libsrtp2, byte for byte and in both directions.
#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>

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

// One receiver's keys and what libsrtp2 and we, one at a time, make of its packets.
struct Keyed {
  Keyed(CryptoProvider& provider, const SrtpKeyMaterial& keys)
      : oracle(keys, true), at_once(provider, keys), later(provider, keys) {}
  Oracle oracle;
  SrtpSender at_once;
  SrtpSender later;
  std::uint16_t seq = 65'400;
};

// Protects `n` packets together, one right behind the other in one buffer as egress does it, and
// compares. The receivers take turns.
void expect_equal_together(CryptoProvider& provider, std::span<std::unique_ptr<Keyed>> receivers,
                           std::size_t n, auto&& size_of) {
  Bytes wire;
  Bytes theirs;
  Bytes one_by_one;
  wire.reserve(n * (1500 + kRtpOverheadMax));
  for (std::size_t i = 0; i < n; ++i) {
    Keyed& to = *receivers[i % receivers.size()];
    const auto plain = rtp_packet(0xCAFE, to.seq++, size_of(i));
    std::ranges::copy(to.oracle.protect_rtp(plain), std::back_inserter(theirs));
    std::ranges::copy(protect_rtp(to.at_once, plain), std::back_inserter(one_by_one));
    const std::size_t start = wire.size();
    std::ranges::copy(plain, std::back_inserter(wire));
    wire.resize(wire.size() + to.later.rtp_overhead());
    const MutableBytes room = MutableBytes(wire).subspan(start);
    ASSERT_EQ(to.later.protect_rtp_later(room, plain.size()), room.size());
  }
  provider.finish_seals();
  ASSERT_EQ(wire, theirs);
  ASSERT_EQ(wire, one_by_one);
}

TEST(Oracle, RtpOfManyReceiversProtectedTogether) {
  for_each_setup([](CryptoProvider& provider, const SrtpKeyMaterial& keys) {
    // Given receivers with keys of their own, whose numbers wrap on the way.
    std::vector<std::unique_ptr<Keyed>> receivers;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      receivers.push_back(std::make_unique<Keyed>(provider, random_keys(keys.profile, seed)));
    }
    SeededRandom random(3);
    std::vector<std::size_t> batches(40);
    std::iota(batches.begin(), batches.end(), 1);
    for (const std::size_t more : {64, 100, 127, 128, 129, 300}) batches.push_back(more);
    for (const std::size_t n : batches) {
      SCOPED_TRACE(n);
      // When packets of one size are protected together, or of any, bare headers among them, then
      // each is what it is alone.
      ASSERT_NO_FATAL_FAILURE(expect_equal_together(
          provider, receivers, n, [&](std::size_t) { return 30 * n % 1500 + 12; }));
      ASSERT_NO_FATAL_FAILURE(
          expect_equal_together(provider, receivers, n, [&](std::size_t i) -> std::size_t {
            return i % 7 == 6 ? 12 : random.between(13, 1500);
          }));
    }
    for (const auto& receiver : receivers) EXPECT_LT(receiver->seq, 65'400) << "wrapped";
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
