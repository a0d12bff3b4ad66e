// The codecs, without sockets: every event is found by its name, reads what a browser sends, and
// says which field is wrong.
#include <boost/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/signaling/dialects/compat/compat.h"
#include "service/signaling/dialects/own/own.h"
#include "service/signaling/ice_servers.h"
#include "service/signaling/records.h"

namespace confab::signaling {
namespace {

using ::testing::HasSubstr;

class WireTest : public ::testing::Test {
 protected:
  // Reads a payload as the event of that name.
  Result<call::Request> read(const EventCodec& codec, std::string_view payload,
                             bool is_joined = false) {
    const auto value = json::parse(payload);
    json::ReadStatus status;
    const json::Reader reader(*value, status);
    call::Request request = codec.read(reader, {signer, kNow, "so_me", is_joined});
    if (!status.ok()) return std::unexpected(status.error());
    return request;
  }

  static constexpr std::int64_t kNow = 1'700'000'000'000;
  auth::TokenSigner signer{auth::TokenSigner::Key{1, 2, 3}};
  SeededRandom random{5};
  Config config;
  ice_health::Book ice_servers;
  WriteContext write_context{signer, config, ice_servers, kNow};
};

TEST_F(WireTest, finds_every_event_by_its_name_and_no_other) {
  for (const char* name : {"join",
                           "leave",
                           "state:get",
                           "transport:create",
                           "transport:connect",
                           "transport:restart-ice",
                           "transport:close",
                           "produce",
                           "producer:pause",
                           "producer:resume",
                           "producer:close",
                           "consume",
                           "consumer:pause",
                           "consumer:resume",
                           "consumer:close",
                           "consumer:layers",
                           "chat:send",
                           "chat:history",
                           "hand:set",
                           "profile:set",
                           "participant:mute",
                           "participant:ask-unmute",
                           "participant:stop",
                           "participant:remove",
                           "participant:ban",
                           "participant:role",
                           "hand:lower",
                           "meeting:mute-all",
                           "meeting:lower-hands",
                           "meeting:end",
                           "ban:list",
                           "ban:lift",
                           "room:set",
                           "room:lock",
                           "room:password",
                           "lobby:admit",
                           "lobby:deny",
                           "lobby:admit-all",
                           "lobby:message",
                           "client:report"}) {
    ASSERT_NE(own::find(name), nullptr) << name;
    EXPECT_EQ(own::find(name)->name, name);
  }
  for (const char* name :
       {"joinRoom", "leaveRoom", "getRouterRtpCapabilities", "createWebRtcTransport",
        "connectWebRtcTransport", "produce", "consume", "resumeConsumer", "getProducers",
        "producerClosed", "pauseProducer", "resumeProducer", "sendMessage"}) {
    ASSERT_NE(compat::find(name), nullptr) << name;
    EXPECT_EQ(compat::find(name)->name, name);
  }
  EXPECT_EQ(own::find("joinRoom"), nullptr);
  EXPECT_EQ(compat::find("join"), nullptr);
}

TEST_F(WireTest, believes_a_resume_token_only_with_its_signature) {
  const auth::ResumeToken token{
      "abc-defg-hij", ParticipantId::random(random), "Ada", std::nullopt, kNow + 1, 3};
  const std::string text = signer.sign(token);
  const auto good = read(own::kJoin, R"({"room":"abc-defg-hij","resumeToken":")" + text + "\"}");
  const auto& resume = std::get<call::Join>(*good).resume;
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->participant, token.participant);
  EXPECT_EQ(resume->generation, 3u);
  const auto bad = read(own::kJoin, R"({"room":"abc-defg-hij","resumeToken":"x)" + text + "\"}");
  EXPECT_FALSE(std::get<call::Join>(*bad).resume);
}

TEST_F(WireTest, gives_a_seat_that_a_token_gave_to_nobody_without_a_token_of_that_identity) {
  const auto resumes = [&](const std::optional<std::string>& given,
                           const std::optional<std::string>& shown) {
    call::NameChanged changed{"abc-defg-hij", ParticipantId::random(random), "Ada", 3};
    write_context.granted_to = given;
    const std::string ack = own::kProfileSet.write(changed, write_context).ack_args;
    const auto payload =
        json::parse(R"({"room":"abc-defg-hij","resumeToken":)" +
                    json::serialize(json::parse(ack)->at(0).at("resumeToken")) + "}");
    json::ReadStatus status;
    const auto request =
        own::kJoin.read(json::Reader(*payload, status), {signer, kNow, "", false, shown});
    return std::get<call::Join>(request).resume.has_value();
  };
  EXPECT_TRUE(resumes("ada", "ada"));
  EXPECT_FALSE(resumes("ada", std::nullopt));
  EXPECT_FALSE(resumes("ada", "eve"));
  EXPECT_TRUE(resumes(std::nullopt, std::nullopt)) << "no token gave it";
  EXPECT_TRUE(resumes(std::nullopt, "ada"));
}

TEST_F(WireTest, takes_a_host_key_for_its_room_in_any_spelling) {
  const std::string key = signer.host_key("abc-defg-hij");
  const auto join = [&](std::string_view room) {
    return std::get<call::Join>(*read(own::kJoin, R"({"name":"Ada","room":")" + std::string(room) +
                                                      R"(","hostKey":")" + key + "\"}"));
  };
  EXPECT_TRUE(join("ABCDEFGHIJ").is_host);
  EXPECT_FALSE(join("abc-defg-hik").is_host);
}

TEST_F(WireTest, names_the_field_that_is_wrong) {
  const auto no_room = read(own::kJoin, R"({"name":"Ada"})");
  ASSERT_FALSE(no_room);
  EXPECT_THAT(no_room.error().message, HasSubstr("room"));
  const auto source =
      read(own::kProduce, R"({"transportId":")" + TransportId::random(random).to_string() +
                              R"(","kind":"audio","source":"camera"})");
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message, HasSubstr("source"));
}

TEST_F(WireTest, takes_a_second_join_of_an_older_client_for_a_look) {
  const std::string payload = R"({"roomId":"abc-defg-hij","userName":"Ada","userId":"x"})";
  const auto first = read(compat::kJoinRoom, payload);
  EXPECT_EQ(std::get<call::Join>(*first).alias, "so_me");
  EXPECT_TRUE(std::holds_alternative<call::GetState>(*read(compat::kJoinRoom, payload, true)));
}

TEST_F(WireTest, answers_a_connected_transport_of_older_clients_with_nothing) {
  EXPECT_EQ(compat::kConnectWebRtcTransport.write(call::Done{}, write_context).ack_args, "[]");
  EXPECT_EQ(own::kTransportConnect.write(call::Done{}, write_context).ack_args, "[{}]");
}

TEST_F(WireTest, refuses_in_the_words_each_client_knows) {
  const Error error{ErrorCode::kNotFound, "there is no such room"};
  EXPECT_EQ(own::refusal(error),
            R"([{"error":{"code":"not_found","message":"there is no such room"}}])");
  EXPECT_EQ(compat::refusal(&compat::kJoinRoom, error), R"([{"error":"Room not found"}])");
  EXPECT_EQ(compat::refusal(nullptr, error), R"([{"error":"there is no such room"}])");
}

TEST_F(WireTest, shows_older_clients_their_own_words_again) {
  const call::ChatMessage message{
      MessageId::random(random), {ParticipantId::random(random), "so_me", "Ada"}, {}, "hi", kNow};
  const Outgoing out = compat::kSendMessage.write(call::ChatAccepted{message}, write_context);
  ASSERT_EQ(out.emits.size(), 1u);
  EXPECT_EQ(out.emits[0].name, "messageReceived");
  EXPECT_EQ(out.emits[0].args_json,
            R"([{"senderId":"so_me","senderName":"Ada","message":"hi",)"
            R"("timestamp":"2023-11-14T22:13:20.000Z","isPrivate":false}])");
}

TEST_F(WireTest, knows_who_speaks_to_older_clients_by_participant_id_without_an_alias) {
  const ParticipantId id = ParticipantId::random(random);
  const auto emit = compat::write_notice(call::ParticipantLeft{{id, "", "Ada"}, {}}, "r");
  ASSERT_TRUE(emit);
  EXPECT_EQ(emit->args_json, R"([{"userId":")" + id.to_string() + "\"}]");
  EXPECT_FALSE(compat::write_notice(call::ServerRestarting{}, "r"));
}

TEST_F(WireTest, tells_older_clients_of_a_screen_and_not_of_its_sound) {
  call::ParticipantInfo ada{.who = {ParticipantId::random(random), "", "Ada"}};
  for (const auto source : {call::Source::kScreen, call::Source::kScreenAudio}) {
    const call::ProducerInfo producer{ProducerId::random(random), source, true};
    ada.producers.push_back(producer);
    const bool is_told = source == call::Source::kScreen;
    EXPECT_EQ(compat::write_notice(call::ProducerAdded{ada.who, producer}, "r").has_value(),
              is_told);
    EXPECT_EQ(compat::write_notice(call::ProducerPauseChanged{ada.who, producer}, "r").has_value(),
              is_told);
    EXPECT_EQ(compat::write_notice(call::ProducerRemoved{ada.who, producer}, "r").has_value(),
              is_told);
  }
  call::JoinedMeeting joined;
  joined.state.participants = {ada};
  EXPECT_EQ(compat::kJoinRoom.write(joined, write_context).emits.size(), 1u);
  const auto listed =
      json::parse(compat::kGetProducers.write(joined.state, write_context).ack_args);
  EXPECT_EQ(listed->at(0).at("producers").as_array().size(), 1u);
}

TEST_F(WireTest, lets_speaker_news_be_lost_and_nothing_else) {
  EXPECT_TRUE(own::write_notice(call::SpeakersChanged{}).is_volatile);
  EXPECT_FALSE(own::write_notice(call::SessionReplaced{}).is_volatile);
}

TEST(IceServers, gives_passwords_to_turn_servers_only) {
  IceConfig config;
  const std::vector<std::string> urls = {"stun:stun.example:3478", "turn:turn.example:3478"};
  config.turn_secret = "secret";
  config.turn_lifetime = 1h;
  const auto servers = ice_servers(config, urls, "pt_1", 1'700'000'000'000);
  ASSERT_EQ(servers.size(), 2u);
  EXPECT_FALSE(servers[0].as_object().contains("credential"));
  EXPECT_EQ(servers[1].at("username"), "1700003600:pt_1");
}

TEST(Records, survive_the_way_to_the_store_and_back) {
  SeededRandom random{9};
  const call::SaveChat saved{RoomId::random(random),
                             "abc-defg-hij",
                             MeetingId::random(random),
                             {MessageId::random(random),
                              {ParticipantId::random(random), "so_a", "Ada"},
                              call::Who{ParticipantId::random(random), "so_b", "Ben"},
                              "psst",
                              42}};
  const call::SaveToken token{saved.room, saved.code, {saved.message.from.id, 4, "once"}};
  store::LoadedRoom loaded{
      {saved.room, "abc-defg-hij", 1}, {to_record(saved)}, {to_record(token, 99)}};
  EXPECT_EQ(loaded.tokens[0].expires_at_ms, 99);
  const auto room = to_room(std::optional(std::move(loaded)));
  ASSERT_TRUE(room && *room);
  EXPECT_EQ((*room)->id, saved.room);
  EXPECT_EQ((*room)->tokens.at(0).participant, saved.message.from.id);
  EXPECT_EQ((*room)->tokens.at(0).generation, 4u);
  const call::ChatMessage& message = (*room)->chat.at(0);
  EXPECT_EQ(message.id, saved.message.id);
  EXPECT_EQ(message.from.id, saved.message.from.id);
  EXPECT_EQ(message.from.alias, "") << "the socket of that day is gone";
  EXPECT_EQ(message.to->name, "Ben");
  EXPECT_EQ(message.text, "psst");
  EXPECT_EQ(message.sent_at_ms, 42);
}

}  // namespace
}  // namespace confab::signaling
