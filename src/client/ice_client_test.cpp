#include "client/ice_client.h"

#include <gtest/gtest.h>

#include "rtc/stun/builder.h"
#include "rtc/stun/message.h"

namespace confab::client {
namespace {

using State = IceClient::State;

constexpr Instant kStart{1000s};

// What an ICE-lite server with these credentials answers.
class LiteServer {
 public:
  ByteView answer(ByteView request) {
    const auto message = stun::Message::parse(request);
    EXPECT_TRUE(message.has_value());
    if (!message) return {};
    EXPECT_EQ(message->message_class(), stun::Class::kRequest);
    EXPECT_TRUE(message->check_integrity(key_));
    EXPECT_TRUE(message->has_fingerprint());
    EXPECT_TRUE(message->use_candidate());
    EXPECT_TRUE(message->ice_controlling().has_value());
    EXPECT_EQ(stun::split_username(message->username())->local, "server");
    stun::Builder builder(buffer_, stun::Class::kSuccess, message->transaction_id());
    builder.xor_mapped_address({IpAddress::v4(0x7f000001), 9});
    return builder.finish(&key_);
  }

 private:
  stun::IntegrityKey key_{"a-password-of-22-chars"};
  std::array<std::uint8_t, 256> buffer_{};
};

struct IceClientTest : testing::Test {
  // All checks that go out until `end`, one at a time, unanswered.
  std::size_t checks_until(Instant end) {
    std::size_t count = 0;
    while (ice.next_timeout() <= end) {
      now = ice.next_timeout();
      out.clear();
      ice.handle_timeout(now, out);
      count += out.size();
    }
    now = end;
    return count;
  }

  SeededRandom random{3};
  IceClient ice{{.username_fragment = "server", .password = "a-password-of-22-chars"}, {}, random};
  DatagramBatch out{8};
  LiteServer server;
  Instant now = kStart;
};

TEST_F(IceClientTest, IsConnectedAfterOneRoundTripAndKnowsItsTime) {
  ice.start(now, out);
  ASSERT_EQ(out.size(), 1u);

  EXPECT_TRUE(ice.handle_packet(now + 7ms, server.answer(out[0])));

  EXPECT_EQ(ice.state(), State::kConnected);
  EXPECT_EQ(ice.round_trip(), 7ms);
}

TEST_F(IceClientTest, RepeatsALostCheckEachTimeLater) {
  ice.start(now, out);

  // 100, 200, 400 and 800 ms after the one before.
  EXPECT_EQ(checks_until(now + 1600ms), 4u);
  EXPECT_EQ(ice.state(), State::kChecking);
}

TEST_F(IceClientTest, GivesUpWhereNobodyAnswers) {
  ice.start(now, out);
  checks_until(now + 60s);

  EXPECT_EQ(ice.state(), State::kFailed);
  EXPECT_EQ(ice.next_timeout(), kNever);
}

TEST_F(IceClientTest, BelievesNoAnswerWithAnotherPassword) {
  ice.start(now, out);
  const auto request = stun::Message::parse(out[0]);
  std::array<std::uint8_t, 256> buffer{};
  const stun::IntegrityKey wrong("another-password-of-22");
  stun::Builder forged(buffer, stun::Class::kSuccess, request->transaction_id());

  EXPECT_FALSE(ice.handle_packet(now, forged.finish(&wrong)));
  EXPECT_EQ(ice.state(), State::kChecking);
}

TEST_F(IceClientTest, AsksForConsentEveryFewSecondsAndLosesItAfterThirty) {
  ice.start(now, out);
  ice.handle_packet(now, server.answer(out[0]));
  const Instant first = ice.next_timeout();
  EXPECT_GE(first, now + 4s);
  EXPECT_LE(first, now + 6s);

  checks_until(now + 29s);
  EXPECT_EQ(ice.state(), State::kConnected);
  checks_until(now + 32s);
  EXPECT_EQ(ice.state(), State::kFailed);
}

// A check as a full agent sends it to us.
ByteView check_of_server(std::array<std::uint8_t, 256>& buffer, std::string_view password) {
  const stun::IntegrityKey key(password);
  stun::Builder builder(buffer, stun::Class::kRequest, stun::TransactionId{1, 2, 3});
  builder.username("ours:server");
  builder.priority(1);
  builder.ice_controlled(7);
  return builder.finish(&key);
}

constexpr std::string_view kOurPassword = "our-password-of-22-chars";

TEST_F(IceClientTest, AnswersChecksOfAServerThatIsNoLiteAgent) {
  const Endpoint peer{IpAddress::v4(0x0A620001), 10000};
  const IceClient full{
      {.username_fragment = "server", .password = "a-password-of-22-chars"},
      {},
      random,
      FullIcePeer{{.username_fragment = "ours", .password = std::string(kOurPassword)}, peer}};
  std::array<std::uint8_t, 256> buffer;

  full.answer_check(check_of_server(buffer, kOurPassword), out);

  ASSERT_EQ(out.size(), 1u);
  const auto answer = stun::Message::parse(out[0]);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->message_class(), stun::Class::kSuccess);
  EXPECT_EQ(answer->transaction_id(), (stun::TransactionId{1, 2, 3}));
  EXPECT_TRUE(answer->check_integrity(stun::IntegrityKey(kOurPassword)));
  EXPECT_EQ(answer->xor_mapped_address(), peer);

  full.answer_check(check_of_server(buffer, "a-forged-password-of-it"), out);
  EXPECT_EQ(out.size(), 1u);
}

TEST_F(IceClientTest, ToALiteServerItOwesNoAnswers) {
  std::array<std::uint8_t, 256> buffer;
  ice.answer_check(check_of_server(buffer, kOurPassword), out);
  EXPECT_EQ(out.size(), 0u);
}

TEST_F(IceClientTest, CallsItselfByTheNameThatAFullPeerWasToldAndKeepsControl) {
  IceClient full{
      {.username_fragment = "server", .password = "a-password-of-22-chars"},
      {},
      random,
      FullIcePeer{{.username_fragment = "ours", .password = std::string(kOurPassword)}, {}}};

  full.start(now, out);

  ASSERT_EQ(out.size(), 1u);
  const auto check = stun::Message::parse(out[0]);
  ASSERT_TRUE(check.has_value());
  EXPECT_EQ(check->username(), "server:ours");
  EXPECT_EQ(check->ice_controlling(), UINT64_MAX);
}

}  // namespace
}  // namespace confab::client
