#include "web/socketio/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace confab::socketio {
namespace {

constexpr SessionId kFirst{1};
constexpr SessionId kSecond{2};

class SocketIoServer : public testing::Test {
 protected:
  static Config make_config() {
    Config config;
    config.connect_timeout = 1s;
    config.recovery_window = 10s;
    config.recovery_events_max = 4;
    config.namespaces = {{"/", "/"}, {"/custom", "/custom"}, {"/socket.io", "/"}};
    return config;
  }

  void open(SessionId session) {
    server_.handle_open(now_, session);
    drain();
  }
  void text(SessionId session, std::string data) {
    server_.handle_message(now_, session, false, std::move(data));
    drain();
  }
  void binary(SessionId session, std::string data) {
    server_.handle_message(now_, session, true, std::move(data));
    drain();
  }
  void lose(SessionId session) {
    server_.handle_closed(now_, session, engineio::CloseReason::kTransportClosed);
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
  // A session with an accepted socket; what was sent for it is forgotten.
  SocketId connect(SessionId session, std::string_view packet = "0") {
    open(session);
    text(session, std::string(packet));
    const SocketId socket = last<ConnectRequest>().socket;
    server_.accept(now_, socket);
    drain();
    pid_ = member(sent_.back(), "pid");
    sent_.clear();
    return socket;
  }
  void emit(SocketId socket, std::string name, std::string args = "[]") {
    server_.emit(now_, socket, {std::move(name), std::move(args), {}, false});
    drain();
  }
  // The value of a string member in a packet's text.
  static std::string member(const std::string& packet, const std::string& key) {
    const std::size_t at = packet.find("\"" + key + "\":\"");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + key.size() + 4;
    return packet.substr(begin, packet.find('"', begin) - begin);
  }
  std::string resume(std::string_view offset) const {
    return R"(0{"pid":")" + pid_ + R"(","offset":")" + std::string(offset) + R"("})";
  }

  void drain() {
    Output out;
    while (server_.poll(out)) {
      if (auto* send = std::get_if<SendToSession>(&out)) {
        sent_.push_back(send->data);
        sent_to_.push_back(send->session);
      } else if (auto* trusted = std::get_if<TrustSession>(&out)) {
        trusted_.push_back(trusted->session);
      } else if (auto* close = std::get_if<CloseSession>(&out)) {
        closed_.push_back(close->session);
      } else {
        events_.push_back(std::move(out));
      }
    }
  }
  template <typename T>
  const T& last() const {
    static const T kNone{};
    for (auto at = events_.rbegin(); at != events_.rend(); ++at) {
      if (const T* event = std::get_if<T>(&*at)) return *event;
    }
    ADD_FAILURE() << "no such event";
    return kNone;
  }
  template <typename T>
  std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        events_, [](const Output& o) { return std::holds_alternative<T>(o); }));
  }

  SeededRandom random_{1};
  Instant now_{Instant{} + 1h};
  Server server_{make_config(), random_, now_};
  std::vector<std::string> sent_;
  std::vector<SessionId> sent_to_;
  std::vector<SessionId> trusted_;
  std::vector<SessionId> closed_;
  std::vector<Output> events_;
  std::string pid_;
};

using Texts = std::vector<std::string>;

TEST_F(SocketIoServer, AsksTheApplicationAndWelcomes) {
  open(kFirst);
  text(kFirst, R"(0{"token":"123"})");
  const ConnectRequest request = last<ConnectRequest>();
  EXPECT_EQ(request.nsp, "/");
  EXPECT_EQ(request.session, kFirst);
  EXPECT_EQ(request.auth_json, R"({"token":"123"})");
  EXPECT_TRUE(sent_.empty());
  EXPECT_FALSE(server_.is_connected(request.socket));
  server_.accept(now_, request.socket);
  drain();
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_TRUE(
      sent_[0].starts_with("0{\"sid\":\"" + request.socket.to_string() + "\",\"pid\":\"sp_"));
  EXPECT_FALSE(last<Connected>().is_recovered);
  EXPECT_TRUE(server_.is_connected(request.socket));
}

TEST_F(SocketIoServer, TakesNoPayloadForAnEmptyOne) {
  open(kFirst);
  text(kFirst, "0/custom,");
  EXPECT_EQ(last<ConnectRequest>().nsp, "/custom");
  EXPECT_EQ(last<ConnectRequest>().auth_json, "{}");
}

TEST_F(SocketIoServer, WithoutRecoveryThereIsNoSecretAndNoOffset) {
  Config config = make_config();
  config.recovery_window = Duration::zero();
  Server plain(config, random_, now_);
  plain.handle_open(now_, kFirst);
  plain.handle_message(now_, kFirst, false, "0");
  Output out;
  ASSERT_TRUE(plain.poll(out));
  const SocketId socket = std::get<ConnectRequest>(out).socket;
  plain.accept(now_, socket);
  ASSERT_TRUE(plain.poll(out));
  EXPECT_EQ(std::get<SendToSession>(out).data, "0{\"sid\":\"" + socket.to_string() + "\"}");
  ASSERT_TRUE(plain.poll(out));
  plain.emit(now_, socket, {"a", "[1]", {}, false});
  ASSERT_TRUE(plain.poll(out));
  EXPECT_EQ(std::get<SendToSession>(out).data, R"(2["a",1])");
  plain.handle_closed(now_, kFirst, engineio::CloseReason::kTransportClosed);
  ASSERT_TRUE(plain.poll(out));
  EXPECT_FALSE(std::get<Disconnected>(out).is_recoverable);
  EXPECT_EQ(plain.socket_count(), 0u);
}

TEST_F(SocketIoServer, RefusesUnknownNamespaces) {
  open(kFirst);
  text(kFirst, "0/random");
  EXPECT_EQ(sent_, (Texts{R"(4/random,{"message":"Invalid namespace"})"}));
  EXPECT_TRUE(closed_.empty());
}

TEST_F(SocketIoServer, PassesOnARefusal) {
  open(kFirst);
  text(kFirst, "0");
  server_.refuse(now_, last<ConnectRequest>().socket, "no \"entry\"", R"({"code":1})");
  drain();
  EXPECT_EQ(sent_, (Texts{R"(4{"message":"no \"entry\"","data":{"code":1}})"}));
  EXPECT_EQ(server_.socket_count(), 0u);
  text(kFirst, "0");  // it may ask again
  EXPECT_EQ(count<ConnectRequest>(), 2u);
}

TEST_F(SocketIoServer, ClosesASessionThatWasRefusedThreeTimes) {
  open(kFirst);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(closed_.empty()) << i;
    text(kFirst, "0");
    server_.refuse(now_, last<ConnectRequest>().socket, "no");
    drain();
  }
  EXPECT_EQ(sent_.size(), 3u) << "it is told the last time too";
  EXPECT_EQ(closed_.size(), 1u);
  text(kFirst, "0");
  EXPECT_EQ(count<ConnectRequest>(), 3u);
}

TEST_F(SocketIoServer, AnAliasIsTheNamespaceForAllButItsClient) {
  const SocketId socket = connect(kFirst, "0/socket.io,");
  EXPECT_EQ(last<ConnectRequest>().nsp, "/");
  connect(kSecond);
  server_.broadcast(now_, "/", {}, {"a", "[]", {}, true});
  drain();
  std::ranges::sort(sent_);
  EXPECT_EQ(sent_, (Texts{R"(2/socket.io,["a"])", R"(2["a"])"}));
  text(kFirst, R"(2/socket.io,["b"])");
  EXPECT_EQ(last<EventReceived>().socket, socket);
  EXPECT_EQ(last<EventReceived>().nsp, "/");
}

TEST_F(SocketIoServer, ClosesASessionThatDoesNotConnectInTime) {
  open(kFirst);
  pass(999ms);
  EXPECT_TRUE(closed_.empty());
  pass(1ms);
  EXPECT_EQ(closed_, std::vector{kFirst});
  EXPECT_EQ(server_.session_count(), 0u);
}

TEST_F(SocketIoServer, ClosesASessionThatTriesNamespaceAfterNamespace) {
  open(kFirst);
  for (int i = 0; i < 3; ++i) {
    text(kFirst, "0/random");
    pass(400ms);
  }
  EXPECT_EQ(closed_, std::vector{kFirst});
}

TEST_F(SocketIoServer, LeavesAConnectedSessionAlone) {
  connect(kFirst);
  pass(1h);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(SocketIoServer, HandsOnEventsAsTheyCame) {
  const SocketId socket = connect(kFirst);
  text(kFirst, R"(2["message",1.0,"2",{"3":[true]}])");
  const auto& event = last<EventReceived>();
  EXPECT_EQ(event.socket, socket);
  EXPECT_EQ(event.name, "message");
  EXPECT_EQ(event.args_json, R"([1.0,"2",{"3":[true]}])");
  EXPECT_FALSE(event.ack_id);
}

TEST_F(SocketIoServer, AcknowledgesWithTheClientsNumber) {
  const SocketId socket = connect(kFirst);
  text(kFirst, R"(2456["ask",1])");
  ASSERT_EQ(last<EventReceived>().ack_id, 456u);
  server_.acknowledge(now_, socket, 456, R"(["yes"])");
  server_.acknowledge(now_, socket, 457, R"([{"_placeholder":true,"num":0}])", {"raw"});
  drain();
  EXPECT_EQ(sent_, (Texts{R"(3456["yes"])", R"(61-457[{"_placeholder":true,"num":0}])", "raw"}));
}

TEST_F(SocketIoServer, CarriesAttachmentsBothWays) {
  const SocketId socket = connect(kFirst);
  server_.trust(now_, socket);
  text(kFirst, R"(51-["file",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(count<EventReceived>(), 0u);
  binary(kFirst, "bytes");
  EXPECT_EQ(last<EventReceived>().attachments, Texts{"bytes"});
  server_.emit(now_, socket, {"back", R"([{"_placeholder":true,"num":0}])", {"more"}, true});
  drain();
  EXPECT_EQ(sent_, (Texts{R"(51-["back",{"_placeholder":true,"num":0}])", "more"}));
}

TEST_F(SocketIoServer, HoldsNoAttachmentsForWhoHasJoinedNothing) {
  connect(kFirst);
  text(kFirst, R"(52-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  EXPECT_EQ(closed_, std::vector{kFirst});
  // Nor for one who has not even connected.
  open(kSecond);
  text(kSecond, R"(51-["file",{"_placeholder":true,"num":0}])");
  EXPECT_EQ(closed_, (std::vector{kFirst, kSecond}));
}

TEST_F(SocketIoServer, AttachmentsThatDoNotComeAreNotWaitedForForever) {
  server_.trust(now_, connect(kFirst));
  const auto begin = [&] {
    text(kFirst, R"(52-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
    binary(kFirst, "one");
  };
  // given a packet that became whole in time, and one that does not
  begin();
  pass(9s);
  binary(kFirst, "two");
  pass(9s);
  begin();
  pass(9s);
  EXPECT_TRUE(closed_.empty());
  // when its time is over
  pass(1s);
  EXPECT_EQ(closed_, std::vector{kFirst});
  EXPECT_EQ(last<Disconnected>().reason, DisconnectReason::kParseError);
}

TEST_F(SocketIoServer, TrustOutlivesALostConnection) {
  const SocketId socket = connect(kFirst);
  server_.trust(now_, socket);
  drain();
  EXPECT_EQ(trusted_, std::vector{kFirst});
  lose(kFirst);
  open(kSecond);
  text(kSecond, R"(0{"pid":")" + pid_ + R"("})");
  EXPECT_EQ(trusted_, (std::vector{kFirst, kSecond}));
}

TEST_F(SocketIoServer, ClosesTheSessionForWhatIsNotSocketIo) {
  for (const char* wrong : {"abc", "2{}", R"(2abc["m"])", "51-[\"m\"]", R"(4{"message":"me"})"}) {
    closed_.clear();
    const SocketId socket = connect(kFirst);
    text(kFirst, wrong);
    if (wrong == std::string("51-[\"m\"]")) text(kFirst, R"(2["m"])");
    EXPECT_EQ(closed_, std::vector{kFirst}) << wrong;
    EXPECT_EQ(last<Disconnected>().socket, socket) << wrong;
    EXPECT_EQ(last<Disconnected>().reason, DisconnectReason::kParseError) << wrong;
    EXPECT_FALSE(last<Disconnected>().is_recoverable) << wrong;
    EXPECT_EQ(server_.session_count(), 0u) << wrong;
  }
}

TEST_F(SocketIoServer, ClosesTheSessionThatTalksBeforeItIsLetIn) {
  open(kFirst);
  text(kFirst, R"(2["early"])");
  EXPECT_EQ(closed_, std::vector{kFirst});
  open(kSecond);
  text(kSecond, "0");
  text(kSecond, R"(2["early"])");
  EXPECT_EQ(closed_, (std::vector{kFirst, kSecond}));
  EXPECT_EQ(count<EventReceived>(), 0u);
}

TEST_F(SocketIoServer, ClosesTheSessionThatConnectsTwice) {
  connect(kFirst);
  text(kFirst, "0");
  EXPECT_EQ(closed_, std::vector{kFirst});
}

TEST_F(SocketIoServer, OneNamespaceEndsWhileTheOtherGoesOn) {
  const SocketId main = connect(kFirst);
  text(kFirst, "0/custom,");
  const SocketId custom = last<ConnectRequest>().socket;
  server_.accept(now_, custom);
  drain();
  text(kFirst, "1/custom,");
  EXPECT_EQ(last<Disconnected>().socket, custom);
  EXPECT_EQ(last<Disconnected>().reason, DisconnectReason::kClientDisconnected);
  text(kFirst, R"(2["still"])");
  EXPECT_EQ(last<EventReceived>().socket, main);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(SocketIoServer, DisconnectsAndPassesOverWhatWasOnItsWay) {
  const SocketId socket = connect(kFirst);
  server_.disconnect(now_, socket, false);
  drain();
  EXPECT_EQ(sent_, Texts{"1"});
  EXPECT_EQ(last<Disconnected>().reason, DisconnectReason::kServerDisconnected);
  text(kFirst, R"(2["late"])");
  EXPECT_TRUE(closed_.empty());
  EXPECT_EQ(count<EventReceived>(), 0u);
  EXPECT_EQ(server_.socket_count(), 0u);
}

TEST_F(SocketIoServer, DisconnectsWithTheSession) {
  const SocketId main = connect(kFirst);
  text(kFirst, "0/custom,");
  server_.accept(now_, last<ConnectRequest>().socket);
  server_.disconnect(now_, main, true);
  drain();
  EXPECT_EQ(closed_, std::vector{kFirst});
  EXPECT_EQ(count<Disconnected>(), 2u);
  EXPECT_EQ(server_.socket_count(), 0u);
}

TEST_F(SocketIoServer, BroadcastsToARoomExceptSome) {
  const SocketId a = connect(kFirst);
  const SocketId b = connect(kSecond);
  const SocketId c = connect(SessionId{3});
  server_.join(a, "room");
  server_.join(b, "room");
  sent_to_.clear();
  server_.broadcast(now_, "/", "room", {"x", "[]", {}, true}, std::vector{a});
  drain();
  EXPECT_EQ(sent_to_, std::vector{kSecond});
  server_.leave(b, "room");
  server_.broadcast(now_, "/", "room", {"x", "[]", {}, true}, std::vector{a});
  server_.broadcast(now_, "/custom", {}, {"x", "[]", {}, true});
  drain();
  EXPECT_EQ(sent_to_.size(), 1u);
  server_.broadcast(now_, "/", {}, {"x", "[]", {}, true}, std::vector{c});
  drain();
  EXPECT_EQ(sent_to_.size(), 3u);
}

TEST_F(SocketIoServer, HearsTheAcknowledgementOnce) {
  const SocketId socket = connect(kFirst);
  ASSERT_TRUE(server_.emit_with_ack(now_, socket, {"ask", "[1]", {}, false}, 99, 1s));
  drain();
  EXPECT_EQ(sent_, Texts{R"(20["ask",1])"});  // without an offset
  text(kFirst, R"(30["answer"])");
  EXPECT_EQ(last<AckReceived>().tag, 99u);
  EXPECT_EQ(last<AckReceived>().args_json, R"(["answer"])");
  text(kFirst, R"(30["again"])");
  EXPECT_EQ(count<AckReceived>(), 1u);
  EXPECT_TRUE(closed_.empty());
}

TEST_F(SocketIoServer, GivesUpWaitingForAnAcknowledgement) {
  const SocketId socket = connect(kFirst);
  server_.emit_with_ack(now_, socket, {"ask", "[]", {}, false}, 1, 1s);
  server_.emit_with_ack(now_, socket, {"ask", "[]", {}, false}, 2, 2s);
  pass(1s);
  ASSERT_EQ(count<AckReceived>(), 1u);
  EXPECT_EQ(last<AckReceived>().tag, 1u);
  EXPECT_FALSE(last<AckReceived>().args_json);
  lose(kFirst);
  ASSERT_EQ(count<AckReceived>(), 2u);
  EXPECT_EQ(last<AckReceived>().tag, 2u);
}

TEST_F(SocketIoServer, LimitsOpenAcknowledgements) {
  const SocketId socket = connect(kFirst);
  const Emit ask{"ask", "[]", {}, false};
  for (int i = 0; i < 256; ++i) ASSERT_TRUE(server_.emit_with_ack(now_, socket, ask, 1, 1s));
  EXPECT_FALSE(server_.emit_with_ack(now_, socket, ask, 1, 1s));
}

// ---- connection-state recovery ----

TEST_F(SocketIoServer, RecoversWithTheSameIdRoomsAndWhatWasMissed) {
  // given a socket that has seen the first of two events and was lost
  const SocketId socket = connect(kFirst);
  server_.join(socket, "room");
  emit(socket, "a", "[1]");
  EXPECT_EQ(sent_, Texts{R"(2["a",1,"@1"])"});
  emit(socket, "b");
  lose(kFirst);
  EXPECT_TRUE(last<Disconnected>().is_recoverable);
  // and more was sent to it and its room meanwhile
  server_.broadcast(now_, "/", "room", {"c", "[]", {}, false});
  server_.broadcast(now_, "/", "room", {"gone", "[]", {}, true});
  drain();
  sent_.clear();
  // when it comes back
  open(kSecond);
  text(kSecond, resume("@1"));
  // then it is welcomed by its old names and given the rest, without asking the application
  EXPECT_EQ(sent_, (Texts{"0{\"sid\":\"" + socket.to_string() + "\",\"pid\":\"" + pid_ + "\"}",
                          R"(2["b","@2"])", R"(2["c","@3"])"}));
  EXPECT_EQ(count<ConnectRequest>(), 1u);
  EXPECT_TRUE(last<Connected>().is_recovered);
  EXPECT_EQ(last<Connected>().session, kSecond);
  pass(1h);
  EXPECT_EQ(count<Expired>(), 0u);
  EXPECT_TRUE(server_.is_connected(socket));
}

TEST_F(SocketIoServer, RecoversAClientThatHasSeenNothing) {
  const SocketId socket = connect(kFirst);
  emit(socket, "a");
  lose(kFirst);
  sent_.clear();
  open(kSecond);
  text(kSecond, R"(0{"pid":")" + pid_ + R"("})");
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[1], R"(2["a","@1"])");
}

TEST_F(SocketIoServer, TakesOverFromAHalfOpenConnection) {
  const SocketId socket = connect(kFirst);
  open(kSecond);
  text(kSecond, resume("@0"));
  EXPECT_EQ(closed_, std::vector{kFirst});
  EXPECT_EQ(last<Disconnected>().reason, DisconnectReason::kReplaced);
  EXPECT_TRUE(last<Connected>().is_recovered);
  lose(kFirst);
  EXPECT_TRUE(server_.is_connected(socket));
}

TEST_F(SocketIoServer, ConnectsAnewWhenTooMuchWasMissed) {
  const SocketId socket = connect(kFirst);
  lose(kFirst);
  for (int i = 0; i < 5; ++i) emit(socket, "a");  // one more than is kept
  open(kSecond);
  text(kSecond, resume("@0"));
  EXPECT_EQ(count<ConnectRequest>(), 2u);
  EXPECT_NE(last<ConnectRequest>().socket, socket);
}

TEST_F(SocketIoServer, ConnectsAnewWithoutTheRightSecretOrOffset) {
  connect(kFirst);
  lose(kFirst);
  std::uint64_t session = 10;
  for (const std::string& packet :
       {std::string(R"(0{"pid":"sp_guess","offset":"@0"})"), resume("@7"), resume("x"),
        std::string(R"(0{"pid":1})"), "0/custom," + resume("@0").substr(1)}) {
    open(SessionId{++session});
    text(SessionId{session}, packet);
    EXPECT_EQ(last<ConnectRequest>().session, SessionId{session}) << packet;
  }
  EXPECT_EQ(count<Connected>(), 1u);
}

TEST_F(SocketIoServer, ForgetsWhatIsNotRecoveredInTime) {
  const SocketId socket = connect(kFirst);
  lose(kFirst);
  pass(10s);
  EXPECT_EQ(last<Expired>().socket, socket);
  EXPECT_EQ(server_.socket_count(), 0u);
  open(kSecond);
  text(kSecond, resume("@0"));
  EXPECT_EQ(count<ConnectRequest>(), 2u);
}

TEST_F(SocketIoServer, DoesNotKeepWhoLeftOnPurpose) {
  const SocketId socket = connect(kFirst);
  text(kFirst, "1");
  lose(kFirst);
  EXPECT_FALSE(last<Disconnected>().is_recoverable);
  const SocketId lost = connect(kSecond);
  lose(kSecond);
  server_.disconnect(now_, lost, true);
  drain();
  EXPECT_EQ(last<Expired>().socket, lost);
  EXPECT_NE(lost, socket);
  EXPECT_EQ(server_.socket_count(), 0u);
}

TEST_F(SocketIoServer, PassesOverSocketsThatAreGone) {
  const SocketId socket = connect(kFirst);
  text(kFirst, "1");
  events_.clear();
  server_.accept(now_, socket);
  server_.refuse(now_, socket, "no");
  server_.emit(now_, socket, {"a", "[]", {}, false});
  EXPECT_FALSE(server_.emit_with_ack(now_, socket, {"a", "[]", {}, false}, 1, 1s));
  server_.acknowledge(now_, socket, 1, "[]");
  server_.join(socket, "room");
  server_.leave(socket, "room");
  server_.disconnect(now_, socket, true);
  server_.broadcast(now_, "/", "room", {"a", "[]", {}, false});
  drain();
  EXPECT_TRUE(sent_.empty());
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace confab::socketio
