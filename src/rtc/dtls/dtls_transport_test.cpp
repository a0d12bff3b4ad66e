#include "rtc/dtls/dtls_transport.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

TEST(DtlsTransport, ConnectsOverACleanLink) {
  TestPair pair;
  pair.introduce();
  pair.start();
  const Instant started = pair.now;
  pair.run();
  expect_connected(pair);
  EXPECT_EQ(pair.server.states, (std::vector{DtlsState::kConnecting, DtlsState::kConnected}));
  EXPECT_EQ(pair.now - started, 40ms) << "four flights of 10 ms, no cookie, no retransmission";
  EXPECT_EQ(pair.client.dtls.next_timeout(), kNever);
  EXPECT_EQ(pair.server.dtls.next_timeout(), kNever);
}

TEST(DtlsTransport, TheServerChoosesTheProfileByItsOwnOrder) {
  using enum SrtpProfile;
  const auto negotiated = [](std::vector<SrtpProfile> client, std::vector<SrtpProfile> server) {
    TestPair pair({}, 1, {.profiles = std::move(client)}, {.profiles = std::move(server)});
    pair.introduce();
    pair.start();
    pair.run();
    expect_connected(pair);
    return pair.server.keys ? std::optional(pair.server.keys->profile()) : std::nullopt;
  };
  EXPECT_EQ(negotiated({kAes128CmSha1_80, kAeadAes256Gcm, kAeadAes128Gcm},
                       {kAeadAes128Gcm, kAeadAes256Gcm, kAes128CmSha1_80}),
            kAeadAes128Gcm);
  EXPECT_EQ(negotiated({kAeadAes128Gcm, kAeadAes256Gcm}, {kAeadAes256Gcm, kAeadAes128Gcm}),
            kAeadAes256Gcm);
  EXPECT_EQ(negotiated({kAes128CmSha1_80}, DtlsConfig{}.profiles), kAes128CmSha1_80);
}

TEST(DtlsTransport, WithNoProfileInCommonThereAreNoKeys) {
  TestPair pair({}, 1, {.profiles = {SrtpProfile::kAeadAes256Gcm}},
                {.profiles = {SrtpProfile::kAeadAes128Gcm}});
  pair.introduce();
  pair.start();
  pair.run();
  EXPECT_EQ(pair.server.dtls.state(), DtlsState::kFailed);
  ASSERT_TRUE(pair.server.failed.has_value());
  EXPECT_EQ(pair.server.failed->reason, FailReason::kNoSrtpProfile);
  EXPECT_FALSE(pair.server.keys.has_value());
  EXPECT_FALSE(pair.client.keys.has_value());
}

TEST(DtlsTransport, TheHandshakeWaitsForTheFingerprint) {
  // Given a server that has not been told who its peer is.
  TestPair pair;
  pair.introduce_client();
  pair.start();
  pair.run();
  // Then the client is through, the server is not, and gives no key and no data.
  EXPECT_EQ(pair.client.dtls.state(), DtlsState::kConnected);
  EXPECT_TRUE(pair.server.dtls.awaits_fingerprint());
  EXPECT_FALSE(pair.server.keys.has_value());
  ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes("early")));
  pair.run();
  EXPECT_TRUE(pair.server.received.empty());
  EXPECT_FALSE(pair.server.dtls.send(pair.now, as_bytes("no")));
  // When it is told, then it is connected at once.
  pair.introduce_server();
  expect_connected(pair);
}

TEST(DtlsTransport, RefusesAPeerThatIsNotWhoSignalingSaid) {
  for (const bool told_before : {true, false}) {
    TestPair pair;
    const std::vector<ortc::DtlsFingerprint> wrong{server_identity().fingerprint()};
    const auto tell = [&] {
      ASSERT_TRUE(pair.server.dtls.set_remote_fingerprints(pair.now, wrong).has_value());
    };
    pair.introduce_client();
    if (told_before) tell();
    pair.start();
    pair.run();
    if (!told_before) tell();
    pair.run();
    EXPECT_EQ(pair.server.dtls.state(), DtlsState::kFailed);
    ASSERT_TRUE(pair.server.failed.has_value());
    EXPECT_EQ(pair.server.failed->reason, FailReason::kFingerprintMismatch);
    EXPECT_FALSE(pair.server.keys.has_value());
    EXPECT_EQ(pair.client.dtls.state(), DtlsState::kClosed) << "it was told so";
  }
}

TEST(DtlsTransport, AClientChecksTheServerToo) {
  TestPair pair;
  pair.introduce_server();
  const std::vector<ortc::DtlsFingerprint> wrong{client_identity().fingerprint()};
  ASSERT_TRUE(pair.client.dtls.set_remote_fingerprints(pair.now, wrong).has_value());
  pair.start();
  pair.run();
  EXPECT_EQ(pair.client.dtls.state(), DtlsState::kFailed);
  EXPECT_FALSE(pair.client.keys.has_value());
}

TEST(DtlsTransport, FingerprintsAreSetOnceAndChecked) {
  TestPair pair;
  const auto set = [&](const std::vector<ortc::DtlsFingerprint>& list) {
    const auto result = pair.server.dtls.set_remote_fingerprints(pair.now, list);
    return result ? std::optional<FingerprintError>() : result.error();
  };
  EXPECT_EQ(set({}), FingerprintError::kNone);
  EXPECT_EQ(set({{"sha-256", "12"}}), FingerprintError::kMalformed);
  EXPECT_EQ(set({client_identity().fingerprint()}), std::nullopt);
  EXPECT_EQ(set({client_identity().fingerprint()}), FingerprintError::kAlreadySet);
}

TEST(DtlsTransport, CarriesApplicationDataBothWays) {
  TestPair pair;
  pair.introduce();
  pair.start();
  pair.run();
  expect_connected(pair);
  const std::string largest(pair.client.dtls.max_message_bytes(), 'x');
  for (const std::string& message : {std::string("hello"), largest}) {
    ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes(message)));
    const auto sent = pair.client.drain();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_LE(sent[0].size(), DtlsConfig{}.mtu);
    pair.put(pair.server, sent[0]);
    ASSERT_TRUE(pair.server.dtls.send(pair.now, as_bytes(message)));
    pair.run();
  }
  EXPECT_EQ(pair.server.received, (std::vector<std::string>{"hello", largest}));
  EXPECT_EQ(pair.client.received, (std::vector<std::string>{"hello", largest}));
  EXPECT_FALSE(pair.client.dtls.send(pair.now, as_bytes(largest + "y")));
  EXPECT_FALSE(pair.client.dtls.send(pair.now, {}));
}

TEST(DtlsTransport, SeveralRecordsInOneDatagramAreSeveralMessages) {
  TestPair pair;
  pair.introduce();
  pair.start();
  pair.run();
  Bytes together;
  for (const std::string_view message : {"one", "two"}) {
    ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes(message)));
    for (const Bytes& datagram : pair.client.drain()) {
      together.insert(together.end(), datagram.begin(), datagram.end());
    }
  }
  pair.server.give(pair.now, together);
  EXPECT_EQ(pair.server.received, (std::vector<std::string>{"one", "two"}));
}

TEST(DtlsTransport, AReplayedRecordIsDropped) {
  TestPair pair;
  pair.introduce();
  pair.start();
  pair.run();
  ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes("once")));
  const auto sent = pair.client.drain();
  pair.server.give(pair.now, sent.at(0));
  pair.server.give(pair.now, sent.at(0));
  EXPECT_EQ(pair.server.received, std::vector<std::string>{"once"});
}

TEST(DtlsTransport, CloseIsSaidToThePeer) {
  TestPair pair;
  pair.introduce();
  pair.start();
  pair.run();
  pair.client.dtls.close(pair.now);
  pair.run();
  EXPECT_EQ(pair.client.dtls.state(), DtlsState::kClosed);
  EXPECT_EQ(pair.server.dtls.state(), DtlsState::kClosed);
  EXPECT_TRUE(pair.server.closed);
  EXPECT_FALSE(pair.server.failed.has_value());
  // Closed is final.
  pair.client.dtls.close(pair.now);
  EXPECT_TRUE(pair.client.drain().empty());
  EXPECT_FALSE(pair.server.dtls.send(pair.now, as_bytes("late")));
}

TEST(DtlsTransport, ClosesBeforeItBegan) {
  TestPair pair;
  pair.server.dtls.close(pair.now);
  EXPECT_TRUE(pair.server.drain().empty());
  EXPECT_TRUE(pair.server.closed);
  pair.start();
  pair.run(1s);
  EXPECT_EQ(pair.server.dtls.state(), DtlsState::kClosed);
}

TEST(DtlsTransport, ASilentPeerFailsTheHandshakeInTheEnd) {
  TestPair pair({.loss_percent = 100});
  pair.introduce();
  pair.start();
  const Instant started = pair.now;
  pair.run();
  ASSERT_TRUE(pair.client.failed.has_value());
  EXPECT_EQ(pair.client.failed->reason, FailReason::kTimeout);
  EXPECT_EQ(pair.client.dtls.next_timeout(), kNever);
  // 50 + 100 + 200 + 400 + 9 * 800 ms.
  EXPECT_EQ(pair.now - started, 7950ms);
}

TEST(DtlsTransport, RetransmitsAfter50MsAndBacksOff) {
  // If this fails after an update of OpenSSL, its timer is no longer ours (datagram_bio.h).
  TestPair pair({.loss_percent = 100});
  pair.client.dtls.start(pair.now);
  EXPECT_EQ(pair.client.drain().size(), 1u);
  for (const Duration wait : {50ms, 100ms, 200ms, 400ms, 800ms, 800ms}) {
    EXPECT_EQ(pair.client.dtls.next_timeout(), pair.now + wait);
    pair.client.dtls.handle_timeout(pair.now + wait - 1ms);
    EXPECT_TRUE(pair.client.drain().empty());
    pair.now += wait;
    pair.client.dtls.handle_timeout(pair.now);
    EXPECT_EQ(pair.client.drain().size(), 1u);
  }
}

TEST(DtlsTransport, TheLastFlightIsRepairedAfterTheServerIsDone) {
  // Given a server that is connected and whose last flight was lost.
  TestPair pair;
  pair.lose_the_last_flight();
  ASSERT_EQ(pair.client.dtls.state(), DtlsState::kConnecting);
  // When the client repeats its own, then the server does too.
  pair.run();
  expect_connected(pair);
}

TEST(DtlsTransport, GarbageIsIgnoredInEveryState) {
  SeededRandom random(3);
  const auto pester = [&](TestEnd& end, Instant now) {
    for (int i = 0; i < 200; ++i) {
      Bytes garbage(random.between(0, 1500));
      random.fill(garbage);
      // Half of it looks like encrypted records of a later epoch.
      if (i % 2 == 0 && garbage.size() > 13) {
        garbage[0] = 23;
        store_be16(&garbage[1], 0xfefd);
        store_be16(&garbage[11], static_cast<std::uint16_t>(garbage.size() - 13));
      }
      EXPECT_TRUE(end.give(now, garbage).empty());
    }
    end.give(now, Bytes(5000, 22));
  };
  TestPair pair;
  pair.introduce();
  pester(pair.server, pair.now);
  pair.start();
  pair.run();
  expect_connected(pair);
  pester(pair.server, pair.now);
  pester(pair.client, pair.now);
  ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes("still here")));
  pair.run();
  EXPECT_EQ(pair.server.received, std::vector<std::string>{"still here"});
}

TEST(DtlsTransport, AFatalAlertFailsIt) {
  // Given a client in the middle of its handshake, when a handshake_failure comes.
  TestPair pair;
  pair.client.dtls.start(pair.now);
  pair.client.drain();
  const Bytes alert = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40};
  pair.client.give(pair.now, alert);
  ASSERT_TRUE(pair.client.failed.has_value());
  EXPECT_EQ(pair.client.failed->reason, FailReason::kAlert);
}

TEST(DtlsTransport, AClientThatSpeaksOnlyDtls10IsRefused) {
  TestPair pair;
  auto old_identity = DtlsIdentity::from_pem(client_identity().to_pem());
  ASSERT_TRUE(old_identity.has_value());
  ASSERT_EQ(SSL_CTX_set_min_proto_version(old_identity->context(), DTLS1_VERSION), 1);
  ASSERT_EQ(SSL_CTX_set_max_proto_version(old_identity->context(), DTLS1_VERSION), 1);
  SSL_CTX_set_security_level(old_identity->context(), 0);
  ASSERT_EQ(SSL_CTX_set_cipher_list(old_identity->context(), "ALL:@SECLEVEL=0"), 1);
  TestEnd old(*old_identity, TestPair::as_client({}));
  old.dtls.start(pair.now);
  for (const Bytes& datagram : old.drain()) pair.server.give(pair.now, datagram);
  ASSERT_TRUE(pair.server.failed.has_value());
  EXPECT_EQ(pair.server.failed->reason, FailReason::kProtocol);
}

TEST(DtlsTransport, TheIdentityMayGoFirst) {
  std::optional<DtlsIdentity> short_lived = make_identity();
  TestEnd end(*short_lived, TestPair::as_client({}));
  short_lived.reset();
  end.dtls.start(Instant(1s));
  EXPECT_EQ(end.drain().size(), 1u);
}

}  // namespace
}  // namespace confab::dtls
