#include "web/engineio/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace confab::engineio {
namespace {

constexpr Query kPolling{"4", "polling", ""};
constexpr Query kSocket{"4", "websocket", ""};

class EngineIoServer : public testing::Test {
 protected:
  // ---- what a browser does ----
  HttpId request(Method method, const Query& query, std::string_view body = {}) {
    const HttpId id{++last_request_};
    server_.handle_request(now_, id, method, query, body);
    drain();
    return id;
  }
  WebSocketId socket(const Query& query) {
    EXPECT_FALSE(server_.check_websocket(now_, query));
    const WebSocketId id{++last_socket_};
    server_.handle_websocket_open(now_, id, query);
    drain();
    return id;
  }
  void frame(WebSocketId id, std::string text) {
    server_.handle_websocket_message(now_, id, false, std::move(text));
    drain();
  }
  void pass(Duration time) {
    const Instant end = now_ + time;
    while (server_.next_timeout() <= end) {
      now_ = std::max(now_, server_.next_timeout());
      server_.handle_timeout(now_);
      drain();
    }
    now_ = end;
  }

  // A session begun by polling.
  struct Opened_ {
    SessionId id;
    std::string sid;
    Query query() const { return {"4", "polling", sid}; }
    Query socket_query() const { return {"4", "websocket", sid}; }
  };
  Opened_ open_polling() {
    const HttpId id = request(Method::kGet, kPolling);
    const std::string body = answer(id).body;
    const std::size_t begin = body.find("\"sid\":\"") + 7;
    return {last_opened_, body.substr(begin, body.find('"', begin) - begin)};
  }
  // A session moved to a WebSocket.
  WebSocketId upgrade(const Opened_& session) {
    const WebSocketId id = socket(session.socket_query());
    frame(id, "2probe");
    frame(id, "5");
    sent_.clear();
    return id;
  }

  // ---- what came of it ----
  bool is_answered(HttpId id) const {
    return std::ranges::any_of(answers_, [id](const Respond& r) { return r.request == id; });
  }
  Respond answer(HttpId id) const {
    const auto at =
        std::ranges::find_if(answers_, [id](const Respond& r) { return r.request == id; });
    return at == answers_.end() ? Respond{id, 0, "no answer"} : *at;
  }
  void drain() {
    Output out;
    while (server_.poll(out)) {
      if (auto* respond = std::get_if<Respond>(&out)) answers_.push_back(*respond);
      if (auto* send = std::get_if<WebSocketSend>(&out)) sent_.push_back(send->data);
      if (auto* close = std::get_if<WebSocketClose>(&out)) closed_sockets_.push_back(close->socket);
      if (auto* trusted = std::get_if<WebSocketTrusted>(&out)) trusted_.push_back(trusted->socket);
      if (auto* opened = std::get_if<Opened>(&out)) last_opened_ = opened->session;
      if (auto* message = std::get_if<Message>(&out)) messages_.push_back(*message);
      if (auto* closed = std::get_if<Closed>(&out)) closed_.push_back(closed->reason);
    }
  }

  Config config_{.ping_interval = 300ms,
                 .ping_timeout = 200ms,
                 .upgrade_timeout = 1s,
                 .sessions_per_address_max = 20,
                 .node = 7};
  std::vector<WebSocketId> trusted_;
  SeededRandom random_{1};
  Instant now_{Instant{} + 1h};
  Server server_{config_, random_, now_};
  std::uint64_t last_request_ = 0;
  std::uint64_t last_socket_ = 0;
  SessionId last_opened_{};
  std::vector<Respond> answers_;
  std::vector<std::string> sent_;
  std::vector<WebSocketId> closed_sockets_;
  std::vector<Message> messages_;
  std::vector<CloseReason> closed_;
};

TEST_F(EngineIoServer, HandshakeByPolling) {
  const auto session = open_polling();
  EXPECT_EQ(answers_.back().status, 200u);
  EXPECT_EQ(answers_.back().body,
            "0{\"sid\":\"" + session.sid +
                "\",\"upgrades\":[\"websocket\"],\"pingInterval\":300,\"pingTimeout\":200,"
                "\"maxPayload\":1000000}");
  EXPECT_EQ(node_of_sid(session.sid), 7);
  EXPECT_FALSE(node_of_sid("es_nonsense"));
}

TEST_F(EngineIoServer, HandshakeByWebSocketOffersNoUpgrade) {
  socket(kSocket);
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(sent_[0].starts_with("0{\"sid\":\"es_"));
  EXPECT_NE(sent_[0].find("\"upgrades\":[]"), std::string::npos);
}

TEST_F(EngineIoServer, RefusesWrongHandshakesWithTheirCodes) {
  const auto body_of = [this](Method method, const Query& query) {
    const Respond response = answer(request(method, query));
    EXPECT_EQ(response.status, 400u);
    return response.body;
  };
  EXPECT_EQ(body_of(Method::kGet, {"4", "", ""}), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(body_of(Method::kGet, {"4", "abc", ""}), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(body_of(Method::kGet, {"4", "polling", "es_x"}),
            R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(body_of(Method::kPost, kPolling), R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(body_of(Method::kOther, kPolling), R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(body_of(Method::kGet, kSocket), R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(body_of(Method::kGet, {"", "polling", ""}),
            R"({"code":5,"message":"Unsupported protocol version"})");
  EXPECT_EQ(body_of(Method::kGet, {"3", "polling", ""}),
            R"({"code":5,"message":"Unsupported protocol version"})");
  EXPECT_EQ(server_.session_count(), 0u);
}

TEST_F(EngineIoServer, RefusesWrongWebSocketsBeforeTheSwitch) {
  EXPECT_EQ(server_.check_websocket(now_, {"4", "polling", ""})->status, 400u);
  EXPECT_EQ(server_.check_websocket(now_, {"abc", "websocket", ""})->status, 400u);
  EXPECT_EQ(server_.check_websocket(now_, {"4", "websocket", "es_x"})->status, 400u);
}

TEST_F(EngineIoServer, RefusesTheSessionAboveTheLimit) {
  config_.sessions_max = 1;
  Server full(config_, random_, now_);
  full.handle_request(now_, HttpId{1}, Method::kGet, kPolling, {});
  full.handle_request(now_, HttpId{2}, Method::kGet, kPolling, {});
  Output out;
  unsigned last_status = 0;
  while (full.poll(out)) {
    if (auto* respond = std::get_if<Respond>(&out)) last_status = respond->status;
  }
  EXPECT_EQ(last_status, 503u);
  EXPECT_EQ(full.check_websocket(now_, kSocket)->status, 503u);
  EXPECT_EQ(full.session_count(), 1u);
}

TEST_F(EngineIoServer, CarriesMessagesByPost) {
  const auto session = open_polling();
  const HttpId post = request(Method::kPost, session.query(),
                              "4one\x1e"
                              "bAQI=");
  EXPECT_EQ(answer(post).body, "ok");
  ASSERT_EQ(messages_.size(), 2u);
  EXPECT_EQ(messages_[0].data, "one");
  EXPECT_TRUE(messages_[1].is_binary);
  EXPECT_EQ(messages_[1].data, "\x01\x02");
}

TEST_F(EngineIoServer, AnswersAWaitingPollWithAllThatIsThere) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  EXPECT_FALSE(is_answered(poll));
  server_.send(now_, session.id, false, "a");
  server_.send(now_, session.id, true, "\x01");
  drain();
  EXPECT_EQ(answer(poll).body,
            "4a\x1e"
            "bAQ==");
}

TEST_F(EngineIoServer, KeepsMessagesForTheNextPollInOrder) {
  const auto session = open_polling();
  server_.send(now_, session.id, false, "a");
  drain();
  server_.send(now_, session.id, false, "b");
  drain();
  EXPECT_EQ(answer(request(Method::kGet, session.query())).body,
            "4a\x1e"
            "4b");
}

TEST_F(EngineIoServer, ClosesTheSessionThatSendsNonsense) {
  const auto session = open_polling();
  EXPECT_EQ(answer(request(Method::kPost, session.query(), "abc")).status, 400u);
  EXPECT_EQ(answer(request(Method::kGet, session.query())).status, 400u);
  EXPECT_EQ(closed_, std::vector{CloseReason::kParseError});
}

TEST_F(EngineIoServer, ClosesTheSessionThatSendsTooMuchAtOnce) {
  const auto session = open_polling();
  const std::string body(config_.payload_bytes_max + 1, '4');
  EXPECT_EQ(answer(request(Method::kPost, session.query(), body)).status, 413u);
  EXPECT_EQ(server_.session_count(), 0u);
}

TEST_F(EngineIoServer, ClosesTheSessionThatPollsTwiceAtOnce) {
  const auto session = open_polling();
  const HttpId first = request(Method::kGet, session.query());
  const HttpId second = request(Method::kGet, session.query());
  EXPECT_EQ(answer(first).status, 200u);
  EXPECT_EQ(answer(first).body, "1");
  EXPECT_EQ(answer(second).status, 400u);
  EXPECT_EQ(closed_, std::vector{CloseReason::kTransportError});
}

TEST_F(EngineIoServer, ClosesTheSessionWhosePollIsHungUp) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  server_.handle_request_abandoned(now_, poll);
  drain();
  EXPECT_FALSE(is_answered(poll));
  EXPECT_EQ(closed_, std::vector{CloseReason::kTransportClosed});
}

TEST_F(EngineIoServer, HangingUpAfterTheAnswerIsNothing) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  server_.send(now_, session.id, false, "a");
  drain();
  server_.handle_request_abandoned(now_, poll);
  drain();
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, PingsAsLongAsTheClientPongs) {
  const auto session = open_polling();
  for (int i = 0; i < 3; ++i) {
    const HttpId poll = request(Method::kGet, session.query());
    pass(300ms);
    EXPECT_EQ(answer(poll).body, "2");
    request(Method::kPost, session.query(), "3");
  }
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, AnUnansweredPingEndsTheSessionOnTime) {
  const auto session = open_polling();
  pass(499ms);
  EXPECT_TRUE(closed_.empty());
  pass(1ms);
  EXPECT_EQ(closed_, std::vector{CloseReason::kPingTimeout});
  EXPECT_EQ(answer(request(Method::kPost, session.query(), "3")).status, 400u);
}

TEST_F(EngineIoServer, ARequestAfterTheTimeFindsNoSessionEvenIfNoTimerHasFired) {
  const auto session = open_polling();
  pass(300ms);
  now_ += 200ms;
  EXPECT_EQ(answer(request(Method::kPost, session.query(), "3")).status, 400u);
}

TEST_F(EngineIoServer, AServerThatWasHeldUpDoesNotBlameItsClients) {
  const WebSocketId id = socket(kSocket);
  now_ += 10s;
  server_.handle_timeout(now_);
  drain();
  EXPECT_EQ(sent_.back(), "2");
  EXPECT_TRUE(closed_.empty());
  frame(id, "3");
  pass(300ms);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, APingFromAClientIsTheWrongRevision) {
  const WebSocketId id = socket(kSocket);
  frame(id, "2");
  EXPECT_EQ(closed_, std::vector{CloseReason::kParseError});
  EXPECT_EQ(closed_sockets_, std::vector{id});
}

TEST_F(EngineIoServer, TheClientClosesAndItsPollEnds) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  request(Method::kPost, session.query(), "1");
  EXPECT_EQ(answer(poll).body, "6");
  EXPECT_EQ(answer(request(Method::kGet, session.query())).status, 400u);
  EXPECT_EQ(closed_, std::vector{CloseReason::kClientClosed});
}

TEST_F(EngineIoServer, TheServerClosesWithWhatIsLeftAndAClosePacket) {
  const auto waiting = open_polling();
  const HttpId poll = request(Method::kGet, waiting.query());
  server_.send(now_, waiting.id, false, "bye");
  server_.close(now_, waiting.id);
  drain();
  EXPECT_EQ(answer(poll).body,
            "4bye\x1e"
            "1");
  const auto away = open_polling();
  server_.send(now_, away.id, false, "bye");
  server_.close(now_, away.id);
  drain();
  EXPECT_EQ(closed_.size(), 2u);
  EXPECT_EQ(answer(request(Method::kGet, away.query())).body,
            "4bye\x1e"
            "1");
  EXPECT_EQ(server_.session_count(), 0u);
}

TEST_F(EngineIoServer, AClosedSessionThatIsNeverPolledAgainIsForgotten) {
  const auto session = open_polling();
  server_.close(now_, session.id);
  drain();
  EXPECT_EQ(server_.session_count(), 1u);
  pass(200ms);
  EXPECT_EQ(server_.session_count(), 0u);
  EXPECT_EQ(closed_, std::vector{CloseReason::kServerClosed});
}

TEST_F(EngineIoServer, UpgradesAndMovesWhatIsLeft) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  const WebSocketId id = socket(session.socket_query());
  frame(id, "2probe");
  EXPECT_EQ(sent_, std::vector<std::string>{"3probe"});
  EXPECT_EQ(answer(poll).body, "6");
  server_.send(now_, session.id, false, "waiting");
  drain();
  frame(id, "5");
  frame(id, "4hello");
  EXPECT_EQ(sent_, (std::vector<std::string>{"3probe", "4waiting"}));
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0].session, session.id);
  EXPECT_EQ(answer(request(Method::kGet, session.query())).status, 400u);
  EXPECT_EQ(answer(request(Method::kPost, session.query(), "4x")).status, 400u);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, APollDuringTheUpgradeEndsAtOnce) {
  const auto session = open_polling();
  const WebSocketId id = socket(session.socket_query());
  frame(id, "2probe");
  EXPECT_EQ(answer(request(Method::kGet, session.query())).body, "6");
}

TEST_F(EngineIoServer, ASecondSocketForTheSameSessionIsClosed) {
  const auto session = open_polling();
  upgrade(session);
  const WebSocketId second = socket(session.socket_query());
  EXPECT_EQ(closed_sockets_, std::vector{second});
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, AnUpgradeThatDoesNotEndIsGivenUp) {
  const auto session = open_polling();
  const HttpId poll = request(Method::kGet, session.query());
  const WebSocketId id = socket(session.socket_query());
  for (int i = 0; i < 4; ++i) {
    pass(250ms);
    request(Method::kPost, session.query(), "3");
  }
  EXPECT_EQ(closed_sockets_, std::vector{id});
  server_.send(now_, session.id, false, "on");
  drain();
  EXPECT_EQ(answer(poll).body, "4on");  // polling goes on
}

TEST_F(EngineIoServer, NonsenseOnTheProbingSocketEndsOnlyThat) {
  const auto session = open_polling();
  const WebSocketId id = socket(session.socket_query());
  frame(id, "4too early");
  EXPECT_EQ(closed_sockets_, std::vector{id});
  EXPECT_TRUE(messages_.empty());
  EXPECT_TRUE(closed_.empty());
  upgrade(session);  // and it may try again
  EXPECT_TRUE(closed_.empty());
}

TEST_F(EngineIoServer, CarriesBinaryOnAWebSocketAsItIs) {
  const WebSocketId id = socket(kSocket);
  server_.handle_websocket_message(now_, id, true, std::string("\0\1", 2));
  drain();
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_TRUE(messages_[0].is_binary);
  server_.send(now_, last_opened_, true, "raw");
  drain();
  EXPECT_EQ(sent_.back(), "raw");
}

TEST_F(EngineIoServer, ALostWebSocketEndsTheSession) {
  const WebSocketId id = socket(kSocket);
  server_.handle_websocket_closed(now_, id, std::nullopt);
  drain();
  EXPECT_EQ(closed_, std::vector{CloseReason::kTransportClosed});
  EXPECT_EQ(server_.next_timeout(), kNever);
}

TEST_F(EngineIoServer, APageThatIsClosedIsToldFromALostConnection) {
  const WebSocketId page = socket(kSocket);
  server_.handle_websocket_closed(now_, page, 1001);
  drain();
  const WebSocketId client_that_gave_up = socket(kSocket);
  server_.handle_websocket_closed(now_, client_that_gave_up, 1005);
  drain();
  EXPECT_EQ(closed_, (std::vector{CloseReason::kClientGoingAway, CloseReason::kTransportClosed}));
}

TEST_F(EngineIoServer, APageThatIsClosedWhileItUpgradesIsGoneToo) {
  const auto session = open_polling();
  const WebSocketId candidate = socket(session.socket_query());
  server_.handle_websocket_closed(now_, candidate, 1005);
  drain();
  EXPECT_TRUE(closed_.empty()) << "it goes on polling";
  server_.handle_websocket_closed(now_, socket(session.socket_query()), 1001);
  drain();
  EXPECT_EQ(closed_, std::vector{CloseReason::kClientGoingAway});
}

TEST_F(EngineIoServer, AClientThatDoesNotPollIsNotBufferedForever) {
  const auto session = open_polling();
  const std::string chunk(1'000'000, 'x');
  for (int i = 0; i < 4; ++i) server_.send(now_, session.id, false, chunk);
  drain();
  EXPECT_TRUE(closed_.empty());
  server_.send(now_, session.id, false, chunk);
  drain();
  EXPECT_EQ(closed_, std::vector{CloseReason::kBufferFull});
}

TEST_F(EngineIoServer, ABurstOfSmallNewsInOneTurnThrowsNobodyOut) {
  // given a client between two polls
  const auto session = open_polling();
  // when a meeting has more news at once than anybody could poll meanwhile
  for (int i = 0; i < 10'000; ++i) server_.send(now_, session.id, false, "news");
  drain();
  EXPECT_TRUE(closed_.empty());
  // then its next poll has them all
  const HttpId poll = request(Method::kGet, session.query());
  EXPECT_EQ(answer(poll).body.size(), 10'000 * std::string_view("4news\x1e").size() - 1);
}

TEST_F(EngineIoServer, OneAnswerMayBeAsLargeAsItIs) {
  const auto session = open_polling();
  server_.send(now_, session.id, false, std::string(config_.buffer_bytes_max + 1, 'x'));
  drain();
  EXPECT_TRUE(closed_.empty());
  EXPECT_GT(answer(request(Method::kGet, session.query())).body.size(), config_.buffer_bytes_max);
}

TEST_F(EngineIoServer, OneAddressDoesNotShutOutTheOthers) {
  // given an address that has its share of sessions, by polling and by WebSocket
  const auto from = [](std::string_view address, std::string_view transport) {
    return Query{"4", transport, "", *IpAddress::parse(address)};
  };
  socket(from("192.0.2.1", "websocket"));
  for (std::size_t i = 1; i < config_.sessions_per_address_max; ++i) {
    EXPECT_EQ(answer(request(Method::kGet, from("192.0.2.1", "polling"))).status, 200u);
  }
  // when it wants one more, then it is told so, and nobody else is
  EXPECT_EQ(answer(request(Method::kGet, from("192.0.2.1", "polling"))).status, 429u);
  EXPECT_EQ(server_.check_websocket(now_, from("192.0.2.1", "websocket"))->status, 429u);
  EXPECT_EQ(answer(request(Method::kGet, from("192.0.2.2", "polling"))).status, 200u);
  EXPECT_EQ(server_.refused_by_share(), 2u);
  // when its sessions end, then it may come back
  pass(1min);
  EXPECT_EQ(server_.session_count(), 0u);
  EXPECT_EQ(answer(request(Method::kGet, from("192.0.2.1", "polling"))).status, 200u);
}

TEST_F(EngineIoServer, ASessionThatIsClosedWithoutAPollGivesItsPlaceBackWithinSeconds) {
  config_.ping_timeout = 20s;
  Server server(config_, random_, now_);
  server.handle_request(now_, HttpId{1}, Method::kGet, kPolling, {});
  Output out;
  while (server.poll(out)) {
    if (const auto* opened = std::get_if<Opened>(&out)) server.close(now_, opened->session);
  }
  EXPECT_EQ(server.session_count(), 1u) << "its next poll would hear it";
  server.handle_timeout(now_ + 2s);
  EXPECT_EQ(server.session_count(), 0u);
}

TEST_F(EngineIoServer, TrustInASessionGoesToItsWebSocketNowAndLater) {
  const WebSocketId direct = socket(kSocket);
  server_.trust(now_, last_opened_);
  drain();
  EXPECT_EQ(trusted_, std::vector{direct});
  const auto session = open_polling();
  server_.trust(now_, session.id);
  drain();
  const WebSocketId upgraded = upgrade(session);
  EXPECT_EQ(trusted_, (std::vector{direct, upgraded}));
}

TEST_F(EngineIoServer, SurvivesAnyOrderOfInputs) {
  // given two sessions, when anything happens in any order
  SeededRandom dice(42);
  const std::string frames[] = {"2probe", "5", "4m", "1", "3", "6", "0", "x", "", "2"};
  for (int round = 0; round < 300; ++round) {
    const auto session = open_polling();
    std::vector<WebSocketId> sockets;
    for (int step = 0; step < 20; ++step) {
      const std::string& text = frames[dice.between(0, 9)];
      switch (dice.between(0, 6)) {
        case 0:
          request(Method::kGet, session.query());
          break;
        case 1:
          request(Method::kPost, session.query(), text);
          break;
        case 2:
          if (!server_.check_websocket(now_, session.socket_query())) {
            sockets.push_back(socket(session.socket_query()));
          }
          break;
        case 3:
          if (!sockets.empty()) frame(sockets.back(), text);
          break;
        case 4:
          if (sockets.empty()) break;
          server_.handle_websocket_closed(
              now_, sockets.back(),
              dice.between(0, 1) == 0 ? std::nullopt : std::optional<std::uint16_t>(1001));
          drain();
          break;
        case 5:
          pass(Duration{std::chrono::milliseconds{dice.between(0, 200)}});
          break;
        default:
          server_.send(now_, session.id, false, "data");
          drain();
      }
    }
  }
  // then all end once they are left alone, and each was closed exactly once
  pass(5s);
  EXPECT_EQ(server_.session_count(), 0u);
  EXPECT_EQ(closed_.size(), 300u);
}

}  // namespace
}  // namespace confab::engineio
