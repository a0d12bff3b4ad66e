// What becomes of an association whose SSL object is let go once the peer is confirmed; the peer is
// OpenSSL throughout.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <string>

#include "rtc/dtls/test_pair.h"
#include "rtc/dtls/test_record.h"

namespace confab::dtls {
namespace {

DtlsIdentity with_suite(const DtlsIdentity& identity, const std::string& suite) {
  auto copy = DtlsIdentity::from_pem(identity.to_pem());
  EXPECT_TRUE(copy.has_value());
  EXPECT_EQ(SSL_CTX_set_cipher_list(copy->context(), suite.c_str()), 1);
  return std::move(*copy);
}

// Both ends with one cipher suite, and only that.
struct SuitePair {
  explicit SuitePair(const std::string& suite)
      : client_identity(with_suite(dtls::client_identity(), suite)),
        server_identity(with_suite(dtls::server_identity(), suite)) {
    pair.introduce();
    pair.start();
    pair.run();
  }

  DtlsIdentity client_identity;
  DtlsIdentity server_identity;
  TestPair pair{{}, 1, {}, {}, client_identity, server_identity};
};

Bytes close_notify_of(TestEnd& end, Instant now) {
  end.dtls.close(now);
  const std::vector<Bytes> said = end.drain();
  EXPECT_EQ(said.size(), 1u);
  return said.empty() ? Bytes{} : said[0];
}

class LetGoTest : public testing::TestWithParam<std::string> {};

TEST_P(LetGoTest, TheSslGoesWhenThePeerIsConfirmed) {
  SuitePair suite(GetParam());
  TestEnd& server = suite.pair.server;
  expect_connected(suite.pair);
  EXPECT_TRUE(server.dtls.holds_ssl());
  server.dtls.peer_confirmed();
  EXPECT_FALSE(server.dtls.holds_ssl());
  EXPECT_EQ(server.dtls.state(), DtlsState::kConnected);
  EXPECT_TRUE(server.drain().empty()) << "nothing is said of it";
  EXPECT_EQ(server.dtls.next_timeout(), kNever);
  server.dtls.peer_confirmed();
  server.dtls.handle_timeout(suite.pair.now + 1h);
  EXPECT_TRUE(server.drain().empty());
}

TEST_P(LetGoTest, ThePeersCloseNotifyStillEndsItAndIsAnswered) {
  SuitePair suite(GetParam());
  suite.pair.server.dtls.peer_confirmed();
  const Bytes alert = close_notify_of(suite.pair.client, suite.pair.now);
  const std::vector<Bytes> answer = suite.pair.server.give(suite.pair.now, alert);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].size(), alert.size());
  EXPECT_EQ(answer[0][0], 21);
  EXPECT_TRUE(suite.pair.server.closed);
  EXPECT_FALSE(suite.pair.server.failed.has_value());
  EXPECT_EQ(suite.pair.server.states.back(), DtlsState::kClosed);
}

TEST_P(LetGoTest, OurCloseNotifyIsTheOneOpenSslWouldHaveSaid) {
  // OpenSSL's client holds it against its keys and its replay window.
  SuitePair suite(GetParam());
  suite.pair.server.dtls.peer_confirmed();
  suite.pair.server.dtls.close(suite.pair.now);
  suite.pair.run();
  EXPECT_TRUE(suite.pair.server.closed);
  EXPECT_TRUE(suite.pair.client.closed);
  EXPECT_FALSE(suite.pair.client.failed.has_value());
}

TEST_P(LetGoTest, AClientMayLetGoToo) {
  SuitePair suite(GetParam());
  suite.pair.client.dtls.peer_confirmed();
  EXPECT_FALSE(suite.pair.client.dtls.holds_ssl());
  suite.pair.server.dtls.close(suite.pair.now);
  suite.pair.run();
  EXPECT_TRUE(suite.pair.client.closed);
}

TEST_P(LetGoTest, ASpoiltCloseNotifyDoesNot) {
  SuitePair suite(GetParam());
  TestEnd& server = suite.pair.server;
  const Instant now = suite.pair.now;
  server.dtls.peer_confirmed();
  const Bytes whole = close_notify_of(suite.pair.client, now);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes spoilt = whole;
    spoilt[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(server.dtls.handle_packet(now, spoilt)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(server.dtls.handle_packet(now, ByteView(whole).first(size)));
  }
  SeededRandom random(7);
  for (int i = 0; i < 1000; ++i) {
    Bytes forged = whole;
    random.fill(MutableBytes(forged).subspan(13));
    EXPECT_FALSE(server.dtls.handle_packet(now, forged));
  }
  EXPECT_TRUE(server.drain().empty());
  ASSERT_EQ(server.dtls.state(), DtlsState::kConnected);
  EXPECT_TRUE(server.dtls.handle_packet(now, whole));
  EXPECT_EQ(server.drain().size(), 1u) << "ours";
  EXPECT_TRUE(server.closed);
}

TEST_P(LetGoTest, AFatalAlertFailsIt) {
  // OpenSSL has no call to send one, so the client's key is borrowed from its SSL.
  static const SSL* client_ssl = nullptr;
  const DtlsIdentity client = with_suite(client_identity(), GetParam());
  const DtlsIdentity server = with_suite(server_identity(), GetParam());
  SSL_CTX_set_info_callback(client.context(), [](const SSL* ssl, int, int) { client_ssl = ssl; });
  TestPair pair({}, 1, {}, {}, client, server);
  pair.introduce();
  pair.start();
  pair.run();
  pair.server.dtls.peer_confirmed();
  const auto key = peer_record_key(client_ssl, false);
  ASSERT_TRUE(key.has_value());
  const Bytes alert = seal(*key, {.seq = 5, .text = {2, SSL_AD_INTERNAL_ERROR}});
  EXPECT_TRUE(pair.server.dtls.handle_packet(pair.now, alert));
  EXPECT_TRUE(pair.server.drain().empty());
  ASSERT_TRUE(pair.server.failed.has_value());
  EXPECT_EQ(pair.server.failed->reason, FailReason::kAlert);
  EXPECT_NE(pair.server.failed->detail.find("internal error"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Suites, LetGoTest,
                         testing::Values("ECDHE-ECDSA-AES128-GCM-SHA256",
                                         "ECDHE-ECDSA-AES256-GCM-SHA384",
                                         "ECDHE-ECDSA-CHACHA20-POLY1305"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(LetGo, ASuiteThatWeCanNotReadKeepsItsSsl) {
  for (const std::string suite : {"ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES128-SHA256"}) {
    SuitePair of(suite);
    expect_connected(of.pair);
    of.pair.server.dtls.peer_confirmed();
    EXPECT_TRUE(of.pair.server.dtls.holds_ssl()) << suite;
    ASSERT_TRUE(of.pair.client.dtls.send(of.pair.now, as_bytes("as before")));
    of.pair.run();
    EXPECT_EQ(of.pair.server.received, std::vector<std::string>{"as before"});
    of.pair.client.dtls.close(of.pair.now);
    of.pair.run();
    EXPECT_TRUE(of.pair.server.closed);
  }
}

TEST(LetGo, DataChannelsKeepIt) {
  TestPair pair({}, 1, {}, {.carries_application_data = true});
  pair.introduce();
  pair.start();
  pair.run();
  pair.server.dtls.peer_confirmed();
  EXPECT_TRUE(pair.server.dtls.holds_ssl());
  EXPECT_TRUE(pair.server.dtls.send(pair.now, as_bytes("still")));
}

TEST(LetGo, OnlyAConnectedPeerCanBeConfirmed) {
  // Given a server whose handshake is through, but nobody has said who the peer should be.
  TestPair pair;
  pair.server.dtls.peer_confirmed();
  pair.introduce_client();
  pair.start();
  pair.server.dtls.peer_confirmed();
  pair.run();
  ASSERT_TRUE(pair.server.dtls.awaits_fingerprint());
  pair.server.dtls.peer_confirmed();
  EXPECT_TRUE(pair.server.dtls.holds_ssl());
  pair.introduce_server();
  EXPECT_TRUE(pair.server.dtls.holds_ssl()) << "what was said before does not count";
  pair.server.dtls.peer_confirmed();
  EXPECT_FALSE(pair.server.dtls.holds_ssl());
  // After the end there is nothing to let go.
  pair.server.dtls.close(pair.now);
  pair.server.drain();
  pair.server.dtls.peer_confirmed();
  EXPECT_EQ(pair.server.dtls.state(), DtlsState::kClosed);
}

TEST(LetGo, ALostLastFlightIsRepeatedUntilThePeerIsConfirmed) {
  TestPair pair;
  const std::vector<Bytes> last_of_client = pair.lose_the_last_flight();
  // The client's timer fires: OpenSSL repeats ours, however often.
  for (int i = 0; i < 3; ++i) {
    pair.now = pair.client.dtls.next_timeout();
    pair.client.dtls.handle_timeout(pair.now);
    std::vector<Bytes> answers;
    for (const Bytes& datagram : pair.client.drain()) {
      EXPECT_TRUE(pair.server.dtls.handle_packet(pair.now, datagram));
      for (Bytes& answer : pair.server.drain()) answers.push_back(answer);
    }
    EXPECT_FALSE(answers.empty());
    EXPECT_TRUE(pair.server.dtls.holds_ssl());
    if (i < 2) continue;  // lost as well
    for (const Bytes& answer : answers) pair.client.give(pair.now, answer);
  }
  expect_connected(pair);
  // Once confirmed, the client's flight is of no interest any more.
  pair.server.dtls.peer_confirmed();
  ASSERT_FALSE(last_of_client.empty());
  for (const Bytes& datagram : last_of_client) {
    EXPECT_FALSE(pair.server.dtls.handle_packet(pair.now, datagram));
    EXPECT_TRUE(pair.server.drain().empty());
  }
  // What was kept to say is newer than every repetition: the client takes it.
  pair.server.dtls.close(pair.now);
  pair.run();
  EXPECT_TRUE(pair.client.closed);
}

TEST(LetGo, APeerThatIsNeverConfirmedKeepsItsSsl) {
  TestPair pair;
  pair.lose_the_last_flight();
  pair.run();
  expect_connected(pair);
  EXPECT_TRUE(pair.server.dtls.holds_ssl());
  pair.client.dtls.close(pair.now);
  pair.run();
  EXPECT_TRUE(pair.server.closed);
}

TEST(LetGo, ApplicationDataIsDropped) {
  TestPair pair;
  pair.introduce();
  pair.start();
  pair.run();
  pair.server.dtls.peer_confirmed();
  ASSERT_TRUE(pair.client.dtls.send(pair.now, as_bytes("too late")));
  for (const Bytes& datagram : pair.client.drain()) {
    EXPECT_FALSE(pair.server.dtls.handle_packet(pair.now, datagram));
  }
  EXPECT_TRUE(pair.server.received.empty());
  EXPECT_FALSE(pair.server.dtls.send(pair.now, as_bytes("no")));
}

}  // namespace
}  // namespace confab::dtls
