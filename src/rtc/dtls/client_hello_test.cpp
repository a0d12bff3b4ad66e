// Browsers' first message no longer fits one datagram: Chromium 156 offers DTLS 1.3 with a
// post-quantum key share, 1,413 bytes in two datagrams.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

constexpr std::array<std::uint8_t, 1216> kKeyShareSized{};

int add_large_extension(SSL*, unsigned, unsigned, const unsigned char** out, std::size_t* size,
                        X509*, std::size_t, int*, void*) {
  *out = kKeyShareSized.data();
  *size = kKeyShareSized.size();
  return 1;
}

// The client's identity, whose ClientHello is as large as Chromium's.
const DtlsIdentity& large_hello_identity() {
  static const DtlsIdentity identity = [] {
    auto made = DtlsIdentity::from_pem(client_identity().to_pem());
    EXPECT_TRUE(made.has_value());
    constexpr unsigned kUnassigned = 0xFAFA;  // GREASE (RFC 8701), which a server passes over
    EXPECT_EQ(SSL_CTX_add_custom_ext(made->context(), kUnassigned, SSL_EXT_CLIENT_HELLO,
                                     add_large_extension, nullptr, nullptr, nullptr, nullptr),
              1);
    return std::move(*made);
  }();
  return identity;
}

struct ClientHelloTest : testing::Test {
  Instant now{1000s};
  TestEnd client{large_hello_identity(), TestPair::as_client({})};
  TestEnd server{server_identity(), {}};

  void SetUp() override {
    const std::vector to_client{server_identity().fingerprint()};
    const std::vector to_server{client_identity().fingerprint()};
    ASSERT_TRUE(client.dtls.set_remote_fingerprints(now, to_client).has_value());
    ASSERT_TRUE(server.dtls.set_remote_fingerprints(now, to_server).has_value());
  }

  std::vector<Bytes> hello() {
    client.dtls.start(now);
    std::vector<Bytes> datagrams = client.drain();
    EXPECT_EQ(datagrams.size(), 2u);
    for (const Bytes& one : datagrams) EXPECT_LE(one.size(), DtlsConfig{}.mtu);
    return datagrams;
  }

  // The rest of the handshake over a perfect link.
  void finish(std::vector<Bytes> to_client) {
    for (int flight = 0; flight < 6; ++flight) {
      std::vector<Bytes> to_server;
      for (const Bytes& datagram : to_client) {
        for (Bytes& answer : client.give(now, datagram)) to_server.push_back(std::move(answer));
      }
      to_client.clear();
      for (const Bytes& datagram : to_server) {
        for (Bytes& answer : server.give(now, datagram)) to_client.push_back(std::move(answer));
      }
    }
    EXPECT_EQ(client.dtls.state(), DtlsState::kConnected);
    EXPECT_EQ(server.dtls.state(), DtlsState::kConnected);
    EXPECT_EQ(client.keys->local.key, server.keys->remote.key);
  }

  // Feeds the halves in this order; the answer comes only with the last of them needed.
  void arrive(const std::vector<std::size_t>& order) {
    const std::vector<Bytes> halves = hello();
    std::vector<Bytes> answers;
    bool seen[2] = {false, false};
    for (const std::size_t index : order) {
      const bool was_complete = seen[0] && seen[1];
      seen[index] = true;
      std::vector<Bytes> now_said = server.give(now, halves.at(index));
      if (!(seen[0] && seen[1])) {
        EXPECT_TRUE(now_said.empty()) << "half a hello has no answer";
      }
      if (!was_complete) answers.insert(answers.end(), now_said.begin(), now_said.end());
    }
    EXPECT_FALSE(answers.empty());
    finish(answers);
  }
};

TEST_F(ClientHelloTest, InOrder) {
  arrive({0, 1});
}
TEST_F(ClientHelloTest, Reversed) {
  arrive({1, 0});
}
TEST_F(ClientHelloTest, FirstHalfTwice) {
  arrive({0, 0, 1});
}
TEST_F(ClientHelloTest, SecondHalfTwice) {
  arrive({0, 1, 1});
}
TEST_F(ClientHelloTest, ReversedAndBothTwice) {
  arrive({1, 1, 0, 0});
}

TEST_F(ClientHelloTest, ALostHalfComesAgain) {
  const std::vector<Bytes> halves = hello();
  EXPECT_TRUE(server.give(now, halves.at(1)).empty());
  now = client.dtls.next_timeout();
  client.dtls.handle_timeout(now);
  std::vector<Bytes> answers;
  for (const Bytes& datagram : client.drain()) {
    for (Bytes& answer : server.give(now, datagram)) answers.push_back(std::move(answer));
  }
  EXPECT_FALSE(answers.empty());
  finish(answers);
}

}  // namespace
}  // namespace confab::dtls
