// For the tests of this module: a client and a server with a link between them in virtual time,
// which loses, repeats and reorders by a seed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "rtc/dtls/dtls_transport.h"

namespace confab::dtls {

// 2026-01-01.
inline constexpr std::int64_t kTestWallTime = 1767225600;

inline DtlsIdentity make_identity() {
  auto identity = DtlsIdentity::generate(kTestWallTime);
  EXPECT_TRUE(identity.has_value());
  return std::move(*identity);
}

// One identity each for all tests, since making a key takes a while.
inline const DtlsIdentity& server_identity() {
  static const DtlsIdentity identity = make_identity();
  return identity;
}
inline const DtlsIdentity& client_identity() {
  static const DtlsIdentity identity = make_identity();
  return identity;
}

using Bytes = std::vector<std::uint8_t>;

// One end, with everything it said.
struct TestEnd {
  TestEnd(const DtlsIdentity& identity, const DtlsConfig& config) : dtls(identity, config) {}

  // Takes the outputs; gives back the datagrams.
  std::vector<Bytes> drain() {
    std::vector<Bytes> datagrams;
    DtlsOutput output;
    while (dtls.poll(output)) {
      if (const auto* datagram = std::get_if<Datagram>(&output)) {
        datagrams.emplace_back(datagram->bytes.begin(), datagram->bytes.end());
      } else if (const auto* data = std::get_if<ApplicationData>(&output)) {
        received.emplace_back(as_chars(data->bytes));
      } else if (const auto* change = std::get_if<StateChanged>(&output)) {
        states.push_back(change->to);
      } else if (const auto* connected = std::get_if<Connected>(&output)) {
        EXPECT_FALSE(keys.has_value()) << "keys twice";
        keys = connected->keys;
      } else if (const auto* failure = std::get_if<Failed>(&output)) {
        failed = *failure;
      } else {
        closed = true;
      }
    }
    return datagrams;
  }

  std::vector<Bytes> give(Instant now, const Bytes& datagram) {
    dtls.handle_packet(now, datagram);
    return drain();
  }

  DtlsTransport dtls;
  std::vector<DtlsState> states;
  std::vector<std::string> received;
  std::optional<SrtpKeys> keys;
  std::optional<Failed> failed;
  bool closed = false;
};

struct Conditions {
  std::uint32_t loss_percent = 0;
  std::uint32_t duplicate_percent = 0;
  std::uint32_t delay_min_ms = 10;
  std::uint32_t delay_max_ms = 10;  // a spread reorders
};

class TestPair {
 public:
  explicit TestPair(const Conditions& conditions = {}, std::uint64_t seed = 1,
                    const DtlsConfig& client_config = {}, const DtlsConfig& server_config = {},
                    const DtlsIdentity& client_as = client_identity(),
                    const DtlsIdentity& server_as = server_identity())
      : client(client_as, as_client(client_config)),
        server(server_as, server_config),
        client_as_(client_as.fingerprint()),
        server_as_(server_as.fingerprint()),
        conditions_(conditions),
        random_(seed) {}

  static DtlsConfig as_client(DtlsConfig config) {
    config.role = DtlsRole::kClient;
    return config;
  }

  void introduce() {
    introduce_client();
    introduce_server();
  }
  void introduce_client() { tell(client, server_as_); }
  void introduce_server() { tell(server, client_as_); }

  void start() {
    client.dtls.start(now);
    carry();
  }

  // From the start, without delay, until the server is connected; its last flight is lost. Gives
  // back the client's.
  std::vector<Bytes> lose_the_last_flight() {
    introduce();
    client.dtls.start(now);
    std::vector<Bytes> to_server = client.drain();
    while (!to_server.empty()) {
      const std::vector<Bytes> to_client = give_all(server, to_server);
      if (server.dtls.state() == DtlsState::kConnected) return to_server;
      to_server = give_all(client, to_client);
    }
    ADD_FAILURE() << "no handshake";
    return {};
  }

  std::vector<Bytes> give_all(TestEnd& to, const std::vector<Bytes>& datagrams) {
    std::vector<Bytes> answers;
    for (const Bytes& datagram : datagrams) {
      for (Bytes& answer : to.give(now, datagram)) answers.push_back(std::move(answer));
    }
    return answers;
  }

  // Goes on until nothing is in flight and nobody waits, or the time is over.
  void run(Duration at_most = 60s) {
    const Instant end = now + at_most;
    while (true) {
      carry();
      const Instant next =
          std::min({client.dtls.next_timeout(), server.dtls.next_timeout(), next_arrival()});
      if (next > end) return;
      now = std::max(now, next);
      deliver_due();
      fire(client);
      fire(server);
    }
  }

  // Takes what both ends say and puts it on the link.
  void carry() {
    for (const Bytes& datagram : client.drain()) put(server, datagram);
    for (const Bytes& datagram : server.drain()) put(client, datagram);
  }

  void put(TestEnd& to, const Bytes& datagram) {
    if (random_.between(0, 99) < conditions_.loss_percent) return;
    const int copies = random_.between(0, 99) < conditions_.duplicate_percent ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const auto delay = std::chrono::milliseconds(
          random_.between(conditions_.delay_min_ms, conditions_.delay_max_ms));
      in_flight_.emplace(now + delay, std::pair(&to, datagram));
    }
  }

  TestEnd client;
  TestEnd server;
  Instant now{1000s};

 private:
  void tell(TestEnd& end, const ortc::DtlsFingerprint& peer) {
    const std::vector<ortc::DtlsFingerprint> fingerprints{peer};
    EXPECT_TRUE(end.dtls.set_remote_fingerprints(now, fingerprints).has_value());
    carry();
  }

  Instant next_arrival() const { return in_flight_.empty() ? kNever : in_flight_.begin()->first; }

  void deliver_due() {
    while (next_arrival() <= now) {
      const auto [to, datagram] = in_flight_.extract(in_flight_.begin()).mapped();
      to->dtls.handle_packet(now, datagram);
      carry();
    }
  }

  void fire(TestEnd& end) {
    if (end.dtls.next_timeout() > now) return;
    end.dtls.handle_timeout(now);
    carry();
  }

  ortc::DtlsFingerprint client_as_;
  ortc::DtlsFingerprint server_as_;
  Conditions conditions_;
  SeededRandom random_;
  std::multimap<Instant, std::pair<TestEnd*, Bytes>> in_flight_;
};

// That both hold the same keys, crosswise.
inline void expect_connected(const TestPair& pair) {
  ASSERT_EQ(pair.client.dtls.state(), DtlsState::kConnected);
  ASSERT_EQ(pair.server.dtls.state(), DtlsState::kConnected);
  ASSERT_TRUE(pair.client.keys && pair.server.keys);
  EXPECT_EQ(pair.client.keys->profile(), pair.server.keys->profile());
  EXPECT_EQ(pair.client.keys->local.key, pair.server.keys->remote.key);
  EXPECT_EQ(pair.client.keys->local.salt, pair.server.keys->remote.salt);
  EXPECT_EQ(pair.client.keys->remote.key, pair.server.keys->local.key);
  EXPECT_EQ(pair.client.keys->remote.salt, pair.server.keys->local.salt);
  EXPECT_NE(pair.client.keys->local.key, pair.client.keys->remote.key);
}

}  // namespace confab::dtls
