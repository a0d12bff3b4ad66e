// Browsers' first message no longer fits one datagram: Chromium 156 offers DTLS 1.3 with a
// post-quantum key share, 1,413 bytes in two datagrams.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <map>

#include "rtc/dtls/test_pair.h"

namespace confab::dtls {
namespace {

// Taken from Chromium 156, headless, on loopback: the two datagrams of one ClientHello.
constexpr std::string_view kChromiumFirst =
    "16feff000000000000000004a3010005850000000000000497fefd79746fbd7b7c155cf5a7a172aabc2a145e52"
    "c71c99c21fb5b8f51242b11454510000001c130113021303c02bc02fcca9cca8c009c013c00ac014009c002f00"
    "350100053fff01000100002b000504fefcfefd000a000a000811ec001d00170018000d00140012040308040401"
    "050308050501080606010201002d00020101003304ea04e811ec04c0a7c45fd3eb53ffea81b5da4347b9a8fb24"
    "8fb84cc134451d46a349b1657ca7575f2796b1fa5b90e295156cd126864a5801a22cb8b4c97d86380379677d29"
    "2bf7c7a8a053a6eba03320e7a5d5da9888a387b8b4a5aea7a54b612048ea2cfb90aacb908c14992b0e965f3b1b"
    "c56e53b3e8579df0dc3ba6d76ca1406e712596ed196d773080254cacc690572df906d90cc92dd42474ccc47f51"
    "8a783283edab5ecafac3a4458ad5c2556371a0599c372bb7971e9b5c6796796254528ca5b501d102da78c75300"
    "7ca406c4bf38183c30305dc3cd31eabe597950973436c5c7b4a6943efcca80f84b2f5d859623c632eddb863f03"
    "c98d6b0441a80a7ab458f009aab57ab550974aad0069716095e5d67c25f90b37c8831d5c8b0d183362568a006a"
    "756d26cc4d1b279d053f90174395f07877f4b009cb95b3cba23c05c2d31b2d4a0128132a658025a8d366c60a75"
    "2e44faaa5f1388fa2a84c1c30ffeda6d3d098d74b2c6b18893be08a7968c070cd854056053e3954623a04fc214"
    "6757483b44d3c7300a92c1d87e1efa8f274878c25362e85bbc428453e5082b749a2919c59b453108b506bad85b"
    "a55c231ac4a725420cbe3aea410fa49894b5188ee56741909eb6448644ec579821640c58800e66a0143837d650"
    "9cfe0c9bd2ebafe99237bbf9b9ae3b17c3426ed9994768b9552947c6eb6b76b49648584367b5065f9cc4b63110"
    "2ce64189de8c6d052397b1864f8b081c8291764a6590acac397028bd728311d9a48f8d7105548bca92cbb1b303"
    "42395c378fe69ed1e98b467b7285842f84473238a771a5896c960ba47fe3548e366ab24b9aaaebca256b489c8c"
    "8af8fc34db39642c1077a2aa76d77cbb2c00b64712ad3b759276f30e3b00430254b312a6a51b9700445c60f259"
    "6d7f28127a8973957481ff41a251d82e76469800953840bb1ad57b1c75e354fe492afb64b473e0b87b9c674f94"
    "78e5677fc99470b0e137141a6eb1c792dbe6862dfb7f80e68a2e764de0373acd1180709a4c91ca3c0ccb86321c"
    "8161b34be02a95d834107fd3c65122661583816c191abc6113ca61c44e670f82d9bd84c6cf1e87af7df1ccd221"
    "085ab242a2a784e24bb165abbf1a40c608a42970c783506c7cede1526f674bd8819dd421b40d72854b9c45fd83"
    "ad217572ac8a112ac96acfa75dfcf5939fb5559618bbaf5b05dcd7899b9bab2d70af0feb7a15f86ac0977b375a"
    "71c0946eb9587559ec925400667a2863692ac98c4573b580c12e162b818743c132b09d02228a3b6f89f64335ea"
    "9df27c3676b66d28846109a80c94c54fea0b191fe477ca7a01321c9004ab0e03198ebb289db4745796d0ab7f05"
    "b9231324276ca342e4416589092f7c52fc5c18f7b22666d6202c437e51605a5a82befc93714963c1ee533b7a39"
    "cd19f60d2c433a0e9b78b0632f3b2b86fbf010e24906e3cc5e01070b5a1a";
constexpr std::string_view kChromiumSecond =
    "16feff000000000000000100fa0100058500000004970000ee3b594ba40b492c3919b35b25619267490c8bb2f8"
    "f2b236023e8d399a7ce243e993bb12d229b784a226e2c8e2690e85d746be8b5015f12e6c844c363678e9550149"
    "5bc999e8993ff8989c152950fac02994081d32c9b4c2602a92ac113c36c6dc8e9cd12b7e946fe50a7c32f7a6ee"
    "63cb13536109c306c2a78021abe086b035cf3543aa61e90633ec7d3b35760bb5cecd61cc48a584e3cf150260b5"
    "d2c4cd23a1baedfc1a242742182e0d8251f1d33954041d34001d0020f0dcb25094938f3364da8af8e6d5bd2918"
    "afb1826687363ee428f241ccae6f5700170000000e0009000600010008000700000b00020100";

Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return out;
}

// The ServerHello at the start of a datagram: what was chosen (RFC 5246 §7.4.1.3, RFC 6347 §4.2.2).
struct ServerHello {
  std::uint8_t handshake_type = 0;
  std::uint16_t version = 0;
  std::map<std::uint16_t, Bytes> extensions;
};

ServerHello read_server_hello(const Bytes& datagram) {
  ServerHello out;
  ByteReader reader(datagram);
  reader.skip(13);  // record header
  out.handshake_type = reader.u8();
  reader.skip(11);  // the rest of the handshake header
  out.version = reader.u16();
  reader.skip(32);           // random
  reader.skip(reader.u8());  // session id
  reader.skip(3);            // cipher suite, compression
  ByteReader extensions(reader.bytes(reader.u16()));
  while (reader.ok() && extensions.ok() && extensions.remaining() > 0) {
    const std::uint16_t type = extensions.u16();
    const ByteView value = extensions.bytes(extensions.u16());
    out.extensions[type] = Bytes(value.begin(), value.end());
  }
  EXPECT_TRUE(reader.ok() && extensions.ok());
  return out;
}

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

TEST(ChromiumClientHello, IsAnsweredWithDtls12AndGcmInAnyOrder) {
  for (const bool reversed : {false, true}) {
    // Given the two halves, with Chromium's own order and the other.
    TestEnd server(server_identity(), {});
    std::vector<Bytes> halves{from_hex(kChromiumFirst), from_hex(kChromiumSecond)};
    if (reversed) std::ranges::reverse(halves);
    // When both have come, then the server answers, at once and not before.
    EXPECT_TRUE(server.give(Instant(1s), halves[0]).empty());
    const std::vector<Bytes> flight = server.give(Instant(1s), halves[1]);
    ASSERT_FALSE(flight.empty());
    const ServerHello hello = read_server_hello(flight[0]);
    EXPECT_EQ(hello.handshake_type, 2) << "a ServerHello, not a HelloVerifyRequest";
    EXPECT_EQ(hello.version, 0xfefd) << "DTLS 1.2";
    EXPECT_FALSE(hello.extensions.contains(43)) << "supported_versions would mean 1.3";
    // RFC 5764 §4.1.1: one profile, no MKI.
    ASSERT_TRUE(hello.extensions.contains(14));
    EXPECT_EQ(hello.extensions.at(14), (Bytes{0, 2, 0x00, 0x07, 0}));
    EXPECT_EQ(server.dtls.state(), DtlsState::kConnecting);
  }
}

}  // namespace
}  // namespace confab::dtls
