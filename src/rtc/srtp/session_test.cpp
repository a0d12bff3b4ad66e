#include "rtc/srtp/session.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtc/srtp/test_support.h"

namespace confab::srtp {
namespace {

class SessionTest : public testing::TestWithParam<SrtpProfile> {
 protected:
  std::expected<std::size_t, SrtpError> send(const Bytes& plain) {
    wire_ = plain;
    wire_.resize(plain.size() + kRtpOverheadMax);
    const auto size = sender_.protect_rtp(wire_, plain.size());
    wire_.resize(size.value_or(0));
    return size;
  }
  Bytes sent(std::uint32_t ssrc, std::uint16_t seq) {
    EXPECT_TRUE(send(rtp_packet(ssrc, seq, 100)));
    return wire_;
  }
  std::expected<std::size_t, SrtpError> receive(Bytes packet) {
    return receiver_.unprotect_rtp(packet);
  }
  Bytes sent_rtcp(std::uint32_t ssrc) {
    Bytes packet = rtcp_packet(ssrc, 28);
    packet.resize(28 + kRtcpOverheadMax);
    packet.resize(sender_.protect_rtcp(packet, 28).value_or(0));
    return packet;
  }
  std::expected<std::size_t, SrtpError> receive_rtcp(Bytes packet) {
    return receiver_.unprotect_rtcp(packet);
  }

  std::unique_ptr<CryptoProvider> provider_ = make_crypto_provider();
  SrtpKeyMaterial keys_ = random_keys(GetParam(), 8);
  SrtpSender sender_{*provider_, keys_};
  SrtpReceiver receiver_{*provider_, keys_};
  Bytes wire_;
};

INSTANTIATE_TEST_SUITE_P(Profiles, SessionTest, testing::ValuesIn(kProfiles), [](const auto& info) {
  return std::string(srtp_profile_name(info.param));
});

TEST_P(SessionTest, ReplaysAreRefused) {
  const auto packet = sent(1, 10);
  EXPECT_EQ(receive(packet), 100u);
  EXPECT_EQ(receive(packet).error(), SrtpError::kReplayed);
}

TEST_P(SessionTest, WhatIsBeforeTheWindowIsRefused) {
  const auto old = sent(1, 10);
  EXPECT_TRUE(receive(sent(1, 11)));
  EXPECT_TRUE(receive(sent(1, 2000)));
  EXPECT_EQ(receive(old).error(), SrtpError::kTooOld);
}

TEST_P(SessionTest, WhatWouldBeBeforeTheFirstRolloverIsRefused) {
  EXPECT_TRUE(receive(sent(1, 10)));
  EXPECT_EQ(receive(rtp_packet(1, 65'000, 100)).error(), SrtpError::kTooOld);
}

TEST_P(SessionTest, LossOfTheWrapItselfIsSurvived) {
  // Given a receiver that misses everything between 65,000 and the next 300.
  EXPECT_TRUE(receive(sent(1, 65'000)));
  sent(1, 65'535);
  // When it goes on after the wrap, then the rollover is counted.
  EXPECT_TRUE(receive(sent(1, 300)));
  EXPECT_TRUE(receive(sent(1, 301)));
}

TEST_P(SessionTest, LatePacketsFromBeforeTheWrap) {
  EXPECT_TRUE(receive(sent(1, 65'534)));
  const auto late = sent(1, 65'535);
  EXPECT_TRUE(receive(sent(1, 0)));
  EXPECT_TRUE(receive(late));
  EXPECT_TRUE(receive(sent(1, 1)));
}

TEST_P(SessionTest, TheSenderNeverUsesAnIndexTwice) {
  EXPECT_TRUE(send(rtp_packet(1, 100, 50)));
  EXPECT_EQ(send(rtp_packet(1, 100, 60)).error(), SrtpError::kIndexReused);
  EXPECT_EQ(send(rtp_packet(1, 100 + 0x8000, 60)).error(), SrtpError::kIndexReused);
  EXPECT_TRUE(send(rtp_packet(1, 101, 60)));
  EXPECT_TRUE(send(rtp_packet(2, 100, 60))) << "another SSRC, another index space";
  EXPECT_EQ(sender_.ssrc_count(), 2u);
}

TEST_P(SessionTest, TheSenderTakesALatePacketOnce) {
  sent(1, 100);
  sent(1, 103);
  const auto late = sent(1, 101);
  EXPECT_EQ(receive(late), 100u) << "what left out of order can be opened";
  EXPECT_EQ(send(rtp_packet(1, 101, 60)).error(), SrtpError::kIndexReused);
  EXPECT_EQ(send(rtp_packet(1, 103, 60)).error(), SrtpError::kIndexReused);
}

TEST_P(SessionTest, ALatePacketFromBeforeTheWrapHasTheOldRollover) {
  EXPECT_TRUE(receive(sent(1, 65'534)));
  EXPECT_TRUE(receive(sent(1, 0)));
  EXPECT_TRUE(receive(sent(1, 65'535)));
  EXPECT_TRUE(receive(sent(1, 1)));
}

TEST_P(SessionTest, WhatIsRefusedDoesNotWaitAndHarmsNobody) {
  // Given packets that wait one behind the other.
  Bytes wire(3 * (100 + sender_.rtp_overhead()));
  std::size_t used = 0;
  const auto put_off = [&](std::uint16_t seq) {
    std::ranges::copy(rtp_packet(1, seq, 100), wire.begin() + static_cast<std::ptrdiff_t>(used));
    const auto size = sender_.protect_rtp_later(MutableBytes(wire).subspan(used), 100);
    used += size.value_or(0);
    return size;
  };
  EXPECT_EQ(put_off(10), 100 + sender_.rtp_overhead());
  EXPECT_TRUE(put_off(11));
  // When an index comes again, then it is refused, and the next packet takes its place.
  EXPECT_EQ(put_off(10).error(), SrtpError::kIndexReused);
  EXPECT_EQ(send(rtp_packet(1, 11, 100)).error(), SrtpError::kIndexReused);
  EXPECT_TRUE(put_off(12));
  provider_->finish_seals();
  for (std::uint16_t seq = 10; seq < 13; ++seq) {
    const auto packet = MutableBytes(wire).subspan((seq - 10u) * wire.size() / 3, wire.size() / 3);
    ASSERT_EQ(receiver_.unprotect_rtp(packet), 100u) << seq;
    EXPECT_TRUE(std::ranges::equal(packet.first(100), rtp_packet(1, seq, 100))) << seq;
  }
}

TEST_P(SessionTest, OthersAreProtectedAndOpenedWhileSomeWait) {
  Bytes waits = rtp_packet(1, 10, 100);
  waits.resize(100 + sender_.rtp_overhead());
  EXPECT_TRUE(sender_.protect_rtp_later(waits, 100));
  EXPECT_EQ(receive(sent(1, 11)), 100u);
  EXPECT_EQ(receive_rtcp(sent_rtcp(1)), 28u);
  provider_->finish_seals();
  const Bytes finished = waits;
  provider_->finish_seals();
  EXPECT_EQ(waits, finished) << "nothing waits any more";
  EXPECT_EQ(receive(waits), 100u);
}

TEST_P(SessionTest, ForgedPacketsMakeNoState) {
  auto forged = sent(1, 10);
  forged[50] ^= 1;
  for (std::uint32_t ssrc = 100; ssrc < 200; ++ssrc) {
    store_be32(&forged[8], ssrc);
    EXPECT_EQ(receive(forged).error(), SrtpError::kAuthentication);
  }
  EXPECT_EQ(receiver_.ssrc_count(), 0u);
}

TEST_P(SessionTest, AForgedPacketDoesNotMoveTheRollover) {
  EXPECT_TRUE(receive(sent(1, 10)));
  auto forged = sent(1, 30'000);
  forged.back() ^= 1;
  EXPECT_EQ(receive(forged).error(), SrtpError::kAuthentication);
  EXPECT_TRUE(receive(sent(1, 30'001)));
}

TEST_P(SessionTest, OtherKeysDoNotOpen) {
  SrtpReceiver other(*provider_, random_keys(GetParam(), 9));
  auto packet = sent(1, 10);
  EXPECT_EQ(other.unprotect_rtp(packet).error(), SrtpError::kAuthentication);
}

TEST_P(SessionTest, ReceiverForgetsTheLongestUnused) {
  // Given a full table of which only SSRC 0 is still in use.
  for (std::uint32_t ssrc = 0; ssrc < kReceiverSsrcsMax; ++ssrc)
    EXPECT_TRUE(receive(sent(ssrc, 1)));
  EXPECT_TRUE(receive(sent(0, 2)));
  const auto used = sent(0, 3);
  EXPECT_TRUE(receive(used));
  // When one more comes, then it is taken and the table keeps its size and SSRC 0.
  EXPECT_TRUE(receive(sent(0xFFFF, 1)));
  EXPECT_EQ(receiver_.ssrc_count(), kReceiverSsrcsMax);
  EXPECT_EQ(receiver_.ssrcs_evicted(), 1u);
  EXPECT_EQ(receive(used).error(), SrtpError::kReplayed);
}

TEST_P(SessionTest, SenderRefusesAtItsLimit) {
  for (std::uint32_t ssrc = 0; ssrc < kSenderSsrcsMax; ++ssrc) {
    ASSERT_TRUE(send(rtp_packet(ssrc, 1, 20)));
  }
  EXPECT_EQ(send(rtp_packet(kSenderSsrcsMax, 1, 20)).error(), SrtpError::kTooManySsrcs);
  EXPECT_TRUE(send(rtp_packet(3, 2, 20))) << "those inside go on";
}

TEST_P(SessionTest, MalformedPacketsAreRefused) {
  EXPECT_EQ(receive({}).error(), SrtpError::kMalformed);
  EXPECT_EQ(receive(Bytes(200, 0)).error(), SrtpError::kMalformed);
  auto huge_extension = rtp_packet(1, 1, 60);
  huge_extension[0] = 0x90;
  store_be16(&huge_extension[14], 0xFFFF);
  EXPECT_EQ(receive(huge_extension).error(), SrtpError::kMalformed);
  const auto whole = sent(1, 1);
  EXPECT_EQ(receive(Bytes(whole.begin(), whole.begin() + 12 + 5)).error(), SrtpError::kMalformed);
  EXPECT_EQ(receive_rtcp(Bytes(7, 0x80)).error(), SrtpError::kMalformed);
  EXPECT_EQ(send(Bytes(11, 0x80)).error(), SrtpError::kMalformed);
}

TEST_P(SessionTest, NoRoomIsRefused) {
  auto packet = rtp_packet(1, 1, 100);
  packet.resize(100 + sender_.rtp_overhead() - 1);
  EXPECT_EQ(sender_.protect_rtp(packet, 100).error(), SrtpError::kNoRoom);
  EXPECT_EQ(sender_.protect_rtp(packet, packet.size() + 1).error(), SrtpError::kNoRoom);
  EXPECT_EQ(sender_.protect_rtp_later(packet, 100).error(), SrtpError::kNoRoom);
  auto report = rtcp_packet(1, 28);
  report.resize(28 + sender_.rtcp_overhead() - 1);
  EXPECT_EQ(sender_.protect_rtcp(report, 28).error(), SrtpError::kNoRoom);
}

TEST_P(SessionTest, RtcpRoundTripAndReplay) {
  const auto first = sent_rtcp(1);
  const auto second = sent_rtcp(1);
  EXPECT_EQ(receive_rtcp(second), 28u);
  EXPECT_EQ(receive_rtcp(first), 28u) << "out of order";
  EXPECT_EQ(receive_rtcp(first).error(), SrtpError::kReplayed);
  EXPECT_NE(first, second);
}

TEST_P(SessionTest, RtcpIndicesAreOneRowForAllSsrcs) {
  EXPECT_TRUE(receive_rtcp(sent_rtcp(1)));
  EXPECT_TRUE(receive_rtcp(sent_rtcp(2)));
  EXPECT_TRUE(receive_rtcp(sent_rtcp(1)));
}

TEST_P(SessionTest, UnencryptedRtcpIsRefused) {
  auto packet = sent_rtcp(1);
  const std::size_t word = packet.size() - (GetParam() == SrtpProfile::kAes128CmSha1_80 ? 14 : 4);
  packet[word] &= 0x7F;
  EXPECT_EQ(receive_rtcp(packet).error(), SrtpError::kNotEncrypted);
}

TEST(SrtpSession, TwoSidesOfOneAssociation) {
  const auto provider = make_crypto_provider();
  const SrtpKeys ours{random_keys(SrtpProfile::kAeadAes128Gcm, 1),
                      random_keys(SrtpProfile::kAeadAes128Gcm, 2)};
  SrtpSession here(*provider, ours);
  SrtpSession there(*provider, SrtpKeys{ours.remote, ours.local});
  auto packet = rtp_packet(1, 1, 100);
  packet.resize(116);
  ASSERT_TRUE(here.sender().protect_rtp(packet, 100));
  EXPECT_EQ(there.receiver().unprotect_rtp(packet), 100u);
}

}  // namespace
}  // namespace confab::srtp
