#include "rtc/ice/ice_lite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "rtc/stun/builder.h"

namespace confab::ice {
namespace {

Path udp(std::uint16_t port, std::uint32_t address = 0xC0000201) {
  return {Protocol::kUdp, 0, {IpAddress::v4(address), port}};
}
Path tcp(std::uint32_t connection) {
  return {Protocol::kTcp, connection, {IpAddress::v4(0xC0000201), 9}};
}

struct Credentials {
  std::string ufrag;
  std::string password;
};

// What a browser sends. Fields that are not set are left out.
struct Ask {
  std::optional<Credentials> credentials;
  std::optional<std::uint32_t> priority = 100;
  bool use_candidate = false;
  std::optional<std::uint32_t> nomination;
  bool controlled = false;
  stun::Class message_class = stun::Class::kRequest;
};

struct IceLiteTest : testing::Test {
  SeededRandom random{1};
  IceConfig config;
  IceLite agent{config, random};
  Instant now{100s};
  std::vector<IceEvent> events;
  std::array<std::uint8_t, 512> request_buffer{};
  std::array<std::uint8_t, kResponseBytesMax> response_buffer{};

  Credentials credentials() const { return {agent.local_ufrag(), agent.local_password()}; }

  void drain() {
    events.clear();
    IceEvent event;
    while (agent.poll(event)) events.push_back(event);
  }

  template <typename T>
  std::vector<T> seen() const {
    std::vector<T> out;
    for (const IceEvent& event : events) {
      if (const T* one = std::get_if<T>(&event)) out.push_back(*one);
    }
    return out;
  }

  RequestResult send_raw(const Path& path, ByteView bytes) {
    const auto message = stun::Message::parse(bytes);
    EXPECT_TRUE(message.has_value());
    const RequestResult result = agent.handle_request(now, path, *message, response_buffer);
    drain();
    return result;
  }

  RequestResult send(const Path& path, const Ask& ask) {
    stun::Builder builder(request_buffer, ask.message_class, stun::TransactionId{1, 2, 3});
    std::optional<stun::IntegrityKey> key;
    if (ask.credentials) {
      builder.username(ask.credentials->ufrag + ":peer");
      key.emplace(ask.credentials->password);
    }
    if (ask.priority) builder.priority(*ask.priority);
    if (ask.controlled) {
      builder.ice_controlled(1);
    } else {
      builder.ice_controlling(1);
    }
    if (ask.use_candidate) builder.use_candidate();
    if (ask.nomination) builder.nomination(*ask.nomination);
    return send_raw(path, builder.finish(key ? &*key : nullptr));
  }

  RequestResult check(const Path& path) { return send(path, {.credentials = credentials()}); }
  RequestResult nominate(const Path& path, std::uint32_t priority = 100) {
    return send(path, {.credentials = credentials(), .priority = priority, .use_candidate = true});
  }
  RequestResult renominate(const Path& path, std::uint32_t value) {
    return send(path, {.credentials = credentials(), .nomination = value});
  }
  void advance_to_timeout() {
    now = agent.next_timeout();
    agent.handle_timeout(now);
    drain();
  }
  std::uint16_t error_of(const RequestResult& result) {
    const auto response = stun::Message::parse(result.response);
    EXPECT_TRUE(response.has_value());
    return response ? response->error_code().value_or(0) : std::uint16_t{0};
  }
};

TEST_F(IceLiteTest, CredentialsAreLongAndDifferent) {
  EXPECT_EQ(agent.local_ufrag().size(), kCredentialCharacters);
  EXPECT_EQ(agent.local_password().size(), kCredentialCharacters);
  EXPECT_NE(agent.local_ufrag(), agent.local_password());
  IceLite other(config, random);
  EXPECT_NE(agent.local_ufrag(), other.local_ufrag());
}

TEST_F(IceLiteTest, TheFirstValidCheckConnectsAndIsAnswered) {
  const RequestResult result = check(udp(1));
  EXPECT_EQ(result.outcome, RequestOutcome::kAccepted);
  EXPECT_EQ(agent.state(), IceState::kConnected);
  EXPECT_EQ(agent.selected_path(), udp(1));
  EXPECT_EQ(seen<PathAdded>().size(), 1u);
  EXPECT_EQ(seen<SelectedPathChanged>().at(0).path, udp(1));
  EXPECT_EQ(seen<StateChanged>().at(0).to, IceState::kConnected);

  const auto response = stun::Message::parse(result.response);
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->message_class(), stun::Class::kSuccess);
  EXPECT_EQ(response->xor_mapped_address(), udp(1).remote);
  EXPECT_EQ(response->transaction_id(), (stun::TransactionId{1, 2, 3}));
  EXPECT_TRUE(response->check_integrity(stun::IntegrityKey(agent.local_password())));
}

TEST_F(IceLiteTest, AnswersOverIpv6FitTheBuffer) {
  const Path path{Protocol::kUdp, 1, *Endpoint::parse("[2001:db8::1]:5")};
  EXPECT_FALSE(check(path).response.empty());
  EXPECT_EQ(agent.selected_path(), path);
}

TEST_F(IceLiteTest, RefusesWithoutCredentials) {
  const RequestResult result = send(udp(1), {});
  EXPECT_EQ(result.outcome, RequestOutcome::kBadRequest);
  EXPECT_EQ(agent.state(), IceState::kNew);
  EXPECT_EQ(agent.paths().size(), 0u);
}

TEST_F(IceLiteTest, RefusesAWrongPasswordAndAWrongUser) {
  RequestResult result = send(udp(1), {.credentials = Credentials{agent.local_ufrag(), "wrong"}});
  EXPECT_EQ(result.outcome, RequestOutcome::kWrongIntegrity);
  EXPECT_EQ(error_of(result), 401);
  EXPECT_FALSE(stun::Message::parse(result.response)->has_integrity());

  result = send(udp(1), {.credentials = Credentials{"somebodyelse", agent.local_password()}});
  EXPECT_EQ(result.outcome, RequestOutcome::kUnknownUser);
  EXPECT_EQ(error_of(result), 401);
  EXPECT_EQ(agent.state(), IceState::kNew);
  EXPECT_TRUE(events.empty());
}

TEST_F(IceLiteTest, AStrangerGetsNoMoreThanHeSentAndNotOften) {
  // A bare request is shorter than any refusal of it.
  const RequestResult bare = send(udp(1), {.priority = std::nullopt});
  EXPECT_EQ(bare.outcome, RequestOutcome::kBadRequest);
  EXPECT_TRUE(bare.response.empty());

  const Ask wrong{.credentials = Credentials{agent.local_ufrag(), "wrong"}};
  const auto answered = [&] {
    std::uint32_t count = 0;
    for (int i = 0; i < 50; ++i) count += send(udp(1), wrong).response.empty() ? 0 : 1;
    return count;
  };
  EXPECT_EQ(answered(), config.unauthenticated_answers_per_s);
  now += 1s;
  EXPECT_EQ(answered(), config.unauthenticated_answers_per_s);
  // Whoever knows the password is not affected.
  EXPECT_FALSE(check(udp(1)).response.empty());
}

TEST_F(IceLiteTest, APeerThatThinksItIsControlledIsTold) {
  const RequestResult result = send(udp(1), {.credentials = credentials(), .controlled = true});
  EXPECT_EQ(result.outcome, RequestOutcome::kRoleConflict);
  EXPECT_EQ(error_of(result), 487);
  EXPECT_TRUE(stun::Message::parse(result.response)
                  ->check_integrity(stun::IntegrityKey(agent.local_password())));
  EXPECT_EQ(agent.state(), IceState::kNew);
}

TEST_F(IceLiteTest, UnknownAttributesAreListed) {
  // Given a request with eight unknown attributes that have to be understood.
  std::vector<std::uint8_t> bytes;
  {
    stun::Builder builder(request_buffer, stun::Class::kRequest, stun::TransactionId{});
    builder.username(agent.local_ufrag() + ":peer");
    const ByteView built = builder.finish(nullptr);
    bytes.assign(built.begin(), built.end() - 8);
  }
  for (std::uint8_t i = 0; i < 8; ++i) {
    for (const std::uint8_t byte : {std::uint8_t{0x70}, i, std::uint8_t{0}, std::uint8_t{0}}) {
      bytes.push_back(byte);
    }
  }
  store_be16(&bytes[2], static_cast<std::uint16_t>(bytes.size() - 20 + 24));
  const stun::IntegrityKey key(agent.local_password());
  const ByteView parts[] = {bytes};
  const stun::Integrity integrity = key.compute(parts);
  for (const int byte : {0, 8, 0, 20}) bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.insert(bytes.end(), integrity.begin(), integrity.end());
  // Then they come back in a 420 that fits.
  const RequestResult result = send_raw(udp(1), bytes);
  EXPECT_EQ(result.outcome, RequestOutcome::kUnknownAttribute);
  EXPECT_EQ(error_of(result), 420);
  constexpr std::array<std::uint8_t, 6> kListed = {0x70, 0, 0x70, 1, 0x70, 2};
  EXPECT_NE(
      std::search(result.response.begin(), result.response.end(), kListed.begin(), kListed.end()),
      result.response.end());
  EXPECT_EQ(agent.paths().size(), 0u);
}

TEST_F(IceLiteTest, IndicationsAreNotAnswered) {
  check(udp(1));
  now += 5s;
  const Instant before = agent.next_timeout();
  const RequestResult result =
      send(udp(1), {.credentials = credentials(), .message_class = stun::Class::kIndication});
  EXPECT_EQ(result.outcome, RequestOutcome::kNotARequest);
  EXPECT_TRUE(result.response.empty());
  EXPECT_EQ(agent.next_timeout(), before) << "an indication is no consent";
}

TEST_F(IceLiteTest, ACheckWithoutNominationDoesNotMoveTheSelection) {
  nominate(udp(1));
  check(udp(2));
  EXPECT_EQ(agent.selected_path(), udp(1));
  EXPECT_EQ(agent.paths().size(), 2u);
}

TEST_F(IceLiteTest, ANominationMovesTheSelection) {
  check(udp(1));
  nominate(udp(2), 50);
  EXPECT_EQ(agent.selected_path(), udp(2));
  nominate(tcp(7), 10);
  EXPECT_EQ(agent.selected_path(), tcp(7));
}

TEST_F(IceLiteTest, GoesBackToALowerPriorityThatWasLeftInHaste) {
  // Given a peer that left a path without another word, as at the end of Wi-Fi, when it comes back
  // to it with USE-CANDIDATE in every check, then its second check is enough.
  nominate(udp(1), 10);
  now += 1s;
  nominate(udp(2), 20);
  ASSERT_EQ(agent.selected_path(), udp(2));
  now += 1s;
  nominate(udp(1), 10);
  EXPECT_EQ(agent.selected_path(), udp(2));
  now += 100ms;
  nominate(udp(1), 10);
  EXPECT_EQ(agent.selected_path(), udp(1));
}

TEST_F(IceLiteTest, RenominationTheHighestValueWins) {
  renominate(udp(1), 1);
  renominate(udp(2), 2);
  EXPECT_EQ(agent.selected_path(), udp(2));
  renominate(udp(1), 1);
  EXPECT_EQ(agent.selected_path(), udp(2)) << "a late repetition";
  renominate(udp(1), 3);
  EXPECT_EQ(agent.selected_path(), udp(1));
}

TEST_F(IceLiteTest, AnAddressThatChangedIsFollowedOnceTheOldOneIsSilent) {
  // Given a selected path that goes silent, and the peer, which nominates once only, goes on from
  // another port (a NAT was rebound).
  renominate(udp(1), 1);
  now += 2500ms;
  check(udp(2));
  EXPECT_EQ(agent.selected_path(), udp(1));
  now += 4s;
  check(udp(2));
  EXPECT_EQ(agent.selected_path(), udp(2));
}

TEST_F(IceLiteTest, AtMostEightPathsTheOldestUnusedGoes) {
  nominate(udp(1));
  for (std::uint16_t port = 2; port <= 8; ++port) {
    now += 10ms;
    check(udp(port));
  }
  EXPECT_EQ(agent.paths().size(), limits::kPathsPerTransport);
  now += 10ms;
  check(udp(9));
  EXPECT_EQ(agent.paths().size(), limits::kPathsPerTransport);
  EXPECT_EQ(seen<PathRemoved>().at(0).path, udp(2));
  EXPECT_TRUE(agent.has_path(udp(1))) << "the oldest, but selected";
  EXPECT_EQ(agent.selected_path(), udp(1));
}

TEST_F(IceLiteTest, SilenceDisconnectsThenFails) {
  check(udp(1));
  const Instant start = now;
  advance_to_timeout();
  EXPECT_EQ(now, start + config.disconnected_after);
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  EXPECT_EQ(agent.selected_path(), udp(1)) << "still the best guess";
  advance_to_timeout();
  EXPECT_EQ(now, start + config.failed_after);
  EXPECT_EQ(agent.state(), IceState::kFailed);
  EXPECT_EQ(seen<PathRemoved>().size(), 1u);
  EXPECT_EQ(agent.next_timeout(), kNever);
  // Failed is final.
  const RequestResult result = check(udp(1));
  EXPECT_EQ(result.outcome, RequestOutcome::kFailedTransport);
  EXPECT_TRUE(result.response.empty());
}

TEST_F(IceLiteTest, ACheckInTimeReconnects) {
  check(udp(1));
  advance_to_timeout();
  ASSERT_EQ(agent.state(), IceState::kDisconnected);
  now += 17s;
  check(udp(1));
  EXPECT_EQ(agent.state(), IceState::kConnected);
  EXPECT_EQ(agent.next_timeout(), now + config.disconnected_after);
}

TEST_F(IceLiteTest, AWrongPasswordIsNoConsent) {
  check(udp(1));
  const Instant before = agent.next_timeout();
  now += 5s;
  send(udp(1), {.credentials = Credentials{agent.local_ufrag(), "wrong"}});
  EXPECT_EQ(agent.next_timeout(), before);
}

TEST_F(IceLiteTest, NewWaitsWithoutALimit) {
  EXPECT_EQ(agent.next_timeout(), kNever);
  agent.handle_timeout(now + 1000s);
  EXPECT_EQ(agent.state(), IceState::kNew);
}

TEST_F(IceLiteTest, ALateTimerGoesThroughAllStatesAtOnce) {
  for (std::uint16_t port = 1; port <= 8; ++port) check(udp(port));
  now += 1000s;
  agent.handle_timeout(now);
  drain();
  EXPECT_EQ(agent.state(), IceState::kFailed);
  EXPECT_EQ(seen<PathRemoved>().size(), 8u);
  EXPECT_EQ(seen<StateChanged>().size(), 2u);
}

TEST_F(IceLiteTest, AnUnusedPathExpiresWhileTheSelectedOneLives) {
  nominate(udp(1));
  check(udp(2));
  for (int i = 0; i < 10; ++i) {
    now += 3s;
    nominate(udp(1));
  }
  advance_to_timeout();
  EXPECT_FALSE(agent.has_path(udp(2)));
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceLiteTest, AClosedTcpPathFallsBackToAnother) {
  check(udp(1));
  nominate(tcp(7));
  ASSERT_EQ(agent.selected_path(), tcp(7));
  agent.on_path_closed(tcp(7));
  drain();
  EXPECT_EQ(agent.selected_path(), udp(1));
  EXPECT_EQ(agent.state(), IceState::kConnected);
  EXPECT_EQ(seen<PathRemoved>().at(0).path, tcp(7));
}

TEST_F(IceLiteTest, WithNoPathLeftItWaitsForTheNextCheck) {
  nominate(tcp(7));
  agent.on_path_closed(tcp(7));
  drain();
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  EXPECT_FALSE(agent.selected_path().has_value());
  now += 20s;
  check(tcp(8));
  EXPECT_EQ(agent.state(), IceState::kConnected);
  EXPECT_EQ(agent.selected_path(), tcp(8));
}

TEST_F(IceLiteTest, ThePathThatOutlivedTheClosedOneMayBeTooOldToo) {
  check(udp(1));
  now += 20s;
  nominate(tcp(7));
  agent.on_path_closed(tcp(7));
  drain();
  ASSERT_EQ(agent.selected_path(), udp(1));
  advance_to_timeout();
  EXPECT_EQ(now, Instant(130s));
  EXPECT_EQ(agent.state(), IceState::kDisconnected);
  EXPECT_FALSE(agent.selected_path().has_value());
}

TEST_F(IceLiteTest, AClosedPathThatIsNotOursChangesNothing) {
  check(udp(1));
  agent.on_path_closed(tcp(7));
  drain();
  EXPECT_TRUE(events.empty());
}

TEST_F(IceLiteTest, ARestartKeepsTheOldUntilTheNewIsUsed) {
  // Given a connected agent that restarts.
  nominate(udp(1));
  const Credentials old = credentials();
  agent.restart(random);
  drain();
  EXPECT_NE(agent.local_ufrag(), old.ufrag);
  // When the peer goes on with the old, then it is answered with the old.
  const RequestResult result = send(udp(1), {.credentials = old, .use_candidate = true});
  EXPECT_EQ(result.outcome, RequestOutcome::kAccepted);
  EXPECT_TRUE(
      stun::Message::parse(result.response)->check_integrity(stun::IntegrityKey(old.password)));
  // When the new are seen but not nominated, then the old path goes on.
  check(udp(2));
  EXPECT_EQ(agent.selected_path(), udp(1));
  EXPECT_EQ(send(udp(1), {.credentials = old}).outcome, RequestOutcome::kAccepted);
  // When a new path is nominated, then the old credentials are dead.
  nominate(udp(2), 1);
  EXPECT_EQ(agent.selected_path(), udp(2));
  EXPECT_EQ(seen<UfragRetired>().at(0).ufrag, old.ufrag);
  EXPECT_EQ(send(udp(1), {.credentials = old}).outcome, RequestOutcome::kUnknownUser);
  EXPECT_EQ(agent.state(), IceState::kConnected);
}

TEST_F(IceLiteTest, ARestartOnTheSamePathRetiresTheOldAtOnce) {
  nominate(udp(1));
  const Credentials old = credentials();
  agent.restart(random);
  check(udp(1));
  EXPECT_EQ(seen<UfragRetired>().at(0).ufrag, old.ufrag);
  EXPECT_TRUE(seen<SelectedPathChanged>().empty());
}

TEST_F(IceLiteTest, NominationValuesStartOverAfterARestart) {
  renominate(udp(1), 9);
  const Credentials old = credentials();
  agent.restart(random);
  check(udp(2));
  // An old pair's nomination counts no more once the new credentials are in use.
  send(udp(1), {.credentials = old, .nomination = 10});
  renominate(udp(2), 1);
  EXPECT_EQ(agent.selected_path(), udp(2));
}

TEST_F(IceLiteTest, TheOldPairMayStillMoveWhileTheRestartIsPending) {
  renominate(udp(1), 1);
  const Credentials old = credentials();
  agent.restart(random);
  send(udp(2), {.credentials = old, .nomination = 2});
  EXPECT_EQ(agent.selected_path(), udp(2));
  EXPECT_TRUE(seen<UfragRetired>().empty());
}

TEST_F(IceLiteTest, ASecondRestartDropsTheUnusedCredentialsOfTheFirst) {
  nominate(udp(1));
  const Credentials old = credentials();
  agent.restart(random);
  drain();
  const Credentials unused = credentials();
  agent.restart(random);
  drain();
  EXPECT_EQ(seen<UfragRetired>().at(0).ufrag, unused.ufrag);
  EXPECT_EQ(send(udp(1), {.credentials = unused}).outcome, RequestOutcome::kUnknownUser);
  EXPECT_EQ(send(udp(1), {.credentials = old}).outcome, RequestOutcome::kAccepted);
}

TEST_F(IceLiteTest, ACopiedCheckDoesNotTakeAPeerAwayThatIsHeard) {
  nominate(udp(1));
  agent.on_authentic(now, udp(1));
  drain();
  std::size_t moves = 0;
  for (int i = 0; i < 1000; ++i) {
    now += 20ms;
    nominate(udp(2), 200);
    moves += seen<SelectedPathChanged>().size();
    agent.on_authentic(now, udp(1));
    drain();
    EXPECT_EQ(agent.selected_path(), udp(1));
  }
  EXPECT_LE(moves, 6u);
  EXPECT_TRUE(agent.is_selected_proven());
}

TEST_F(IceLiteTest, APathIsHeldForAPeerThatWasHeardThere) {
  nominate(udp(1));
  EXPECT_FALSE(agent.holds(now, udp(1))) << "anybody can say that a check comes from there";
  agent.on_authentic(now, udp(1));
  EXPECT_TRUE(agent.holds(now, udp(1)));
  // It is quiet, and its browser checks every five seconds.
  now += 9s;
  check(udp(1));
  now += 9s;
  EXPECT_TRUE(agent.holds(now, udp(1)));
  now += 1s;
  EXPECT_FALSE(agent.holds(now, udp(1)));
  agent.on_authentic(now, udp(9));
  EXPECT_FALSE(agent.holds(now, udp(9))) << "no check ever came on it";
}

TEST_F(IceLiteTest, AnyOrderOfEventsKeepsItConsistent) {
  // Given a thousand random steps each for a hundred seeds; is_consistent() is checked inside each.
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom dice(seed);
    IceLite one(config, random);
    std::optional<Credentials> before;
    Instant at{1s};
    IceEvent event;
    std::size_t added = 0;
    std::size_t removed = 0;
    const auto take = [&] {
      while (one.poll(event)) {
        added += std::holds_alternative<PathAdded>(event) ? 1u : 0u;
        removed += std::holds_alternative<PathRemoved>(event) ? 1u : 0u;
      }
    };
    for (int step = 0; step < 1000; ++step) {
      at += Duration(std::chrono::milliseconds(dice.between(0, 3000)));
      const auto n = static_cast<std::uint16_t>(dice.between(1, 12));
      const Path path = n > 9 ? tcp(n) : udp(n);
      switch (dice.between(0, 9)) {
        case 0:
          one.on_path_closed(path);
          break;
        case 1:
          if (one.next_timeout() <= at) one.handle_timeout(at);
          break;
        case 3:
        case 4:
          one.on_authentic(at, path);
          break;
        case 2:
          before = Credentials{one.local_ufrag(), one.local_password()};
          one.restart(dice);
          break;
        default: {
          const Credentials mine{one.local_ufrag(), one.local_password()};
          const Credentials& use = before && dice.between(0, 1) == 0 ? *before : mine;
          const stun::IntegrityKey key(use.password);
          stun::Builder builder(request_buffer, stun::Class::kRequest, stun::TransactionId{});
          builder.username(use.ufrag + ":x");
          builder.priority(dice.between(0, 3));
          if (dice.between(0, 2) == 0) builder.use_candidate();
          if (dice.between(0, 5) == 0) builder.nomination(dice.between(0, 5));
          const auto message = stun::Message::parse(builder.finish(&key));
          one.handle_request(at, path, *message, response_buffer);
        }
      }
      take();
      ASSERT_TRUE(one.is_consistent()) << "seed " << seed << " step " << step;
      ASSERT_EQ(added - removed, one.paths().size()) << "seed " << seed << " step " << step;
      ASSERT_LE(one.paths().size(), limits::kPathsPerTransport);
    }
  }
}

}  // namespace
}  // namespace confab::ice
