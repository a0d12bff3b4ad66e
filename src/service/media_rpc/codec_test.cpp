#include "service/media_rpc/codec.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/random.h"
#include "rtc/ortc/router_capabilities.h"

namespace confab::media_rpc {
namespace {

class CodecTest : public testing::Test {
 protected:
  template <typename AnyId>
  AnyId id() {
    return AnyId::random_at({513, 3}, random_);
  }
  ortc::DtlsParameters dtls() const {
    std::string value = "00";
    for (int i = 1; i < 32; ++i) value += ":" + std::string(i % 2 == 0 ? "0A" : "FF");
    return {ortc::DtlsRole::kClient, {{"sha-256", value}}};
  }
  ortc::RtpParameters parameters() const {
    ortc::RtpParameters out;
    out.mid = "1";
    out.codecs = {{"video/VP8",
                   96,
                   90000,
                   {},
                   {{"x-google-start-bitrate", std::int64_t{-1}}},
                   {{"nack", ""}, {"nack", "pli"}}},
                  {"video/rtx", 97, 90000, {}, {{"apt", std::int64_t{96}}}, {}}};
    out.header_extensions = {{"urn:ietf:params:rtp-hdrext:sdes:mid", 4, false, {}},
                             {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 10, false, {}}};
    ortc::RtpEncoding low;
    low.rid = "q";
    low.scalability_mode = "L1T3";
    low.max_bitrate = 100'000;
    low.dtx = false;
    ortc::RtpEncoding high;
    high.rid = "h";
    out.encodings = {low, high};
    out.rtcp = {"cname", false};
    out.msid = "stream track";
    return out;
  }

  SeededRandom random_{1};
};

// One of each, so that a kind that is forgotten in one direction shows.
TEST_F(CodecTest, EveryCommandArrivesAsItWasSent) {
  const auto capabilities = *ortc::router_capabilities(ortc::default_router_codecs());
  const std::vector<control::MediaRequest> requests = {
      control::OpenMeeting{},
      control::CloseMeeting{},
      control::CreateTransport{id<ParticipantId>(), control::TransportDirection::kReceive},
      control::ConnectTransport{id<TransportId>(), dtls()},
      control::RestartIce{id<TransportId>()},
      control::CloseTransport{id<TransportId>()},
      control::Produce{id<TransportId>(), ortc::MediaKind::kVideo, parameters(), true,
                       control::TrackSource::kScreen},
      control::SetProducerPaused{id<ProducerId>(), true},
      control::CloseProducer{id<ProducerId>()},
      control::PutCapabilities{id<TransportId>(), 0xfedc'ba98'7654'3210, capabilities},
      control::Consume{id<TransportId>(), id<ProducerId>(), 77, false},
      control::SetConsumerPaused{id<ConsumerId>(), true},
      control::SetPreferredLayers{id<ConsumerId>(), 2, 1, 8},
      control::RequestKeyFrame{id<ConsumerId>()},
      control::CloseConsumer{id<ConsumerId>()},
      control::GetMeetingStats{id<ParticipantId>()},
      control::Admit{id<ParticipantId>(), {0b0101, true, false}},
      control::SetPermits{id<ParticipantId>(), {0b1010, false, true}},
      control::Dismiss{id<ParticipantId>()}};
  ASSERT_EQ(requests.size(), std::variant_size_v<control::MediaRequest>);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    ASSERT_EQ(requests[i].index(), i);
    const control::ToMedia sent = control::MediaCommand{i + 1, id<MeetingId>(), requests[i], 9};
    const auto got = decode_to_media(encode(sent));
    ASSERT_TRUE(got) << i << ": " << got.error().message;
    const auto& command = std::get<control::MediaCommand>(*got);
    EXPECT_EQ(command.id, i + 1);
    EXPECT_EQ(command.epoch, 9u);
    EXPECT_EQ(command.request.index(), i);
    EXPECT_EQ(encode(*got), encode(sent));
  }
}

TEST_F(CodecTest, DeadlinesTracesAndPermitsArriveAsTheyWere) {
  control::MediaCommand sent{1, id<MeetingId>(),
                             control::SetPermits{id<ParticipantId>(), {0b1001, false, true}}, 1};
  sent.deadline = Instant{1234567us};
  sent.trace = *TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const auto got = decode_to_media(encode(sent));
  ASSERT_TRUE(got) << got.error().message;
  const auto& command = std::get<control::MediaCommand>(*got);
  EXPECT_EQ(command.deadline, sent.deadline);
  EXPECT_EQ(command.trace, sent.trace);
  const control::Permits permits = std::get<control::SetPermits>(command.request).permits;
  EXPECT_EQ(permits, (control::Permits{0b1001, false, true}));
  const auto without = decode_to_media(encode(control::MediaCommand{2, id<MeetingId>(), {}, 1}));
  EXPECT_EQ(std::get<control::MediaCommand>(*without).deadline, kNever);
  const auto beat = decode_to_media(encode(control::ToMedia{control::Beat{1, {}, Instant{77ms}}}));
  EXPECT_EQ(std::get<control::Beat>(*beat).clock, Instant{77ms});
}

TEST_F(CodecTest, ATimeThatNoClockCanShowIsRefused) {
  const control::ToMedia beat = control::Beat{1, {}, Instant{std::chrono::years(100)}};
  const auto got = decode_to_media(encode(beat));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "a time out of range");
}

TEST_F(CodecTest, WhatWasNegotiatedIsTheSameOnTheOtherSide) {
  const auto capabilities = *ortc::router_capabilities(ortc::default_router_codecs());
  const control::Produce produce{id<TransportId>(), ortc::MediaKind::kVideo, parameters(), false};
  auto got = decode_to_media(encode(control::MediaCommand{1, id<MeetingId>(), produce}));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(
      std::get<control::Produce>(std::get<control::MediaCommand>(*got).request).rtp_parameters,
      produce.rtp_parameters);
  const control::PutCapabilities put{id<TransportId>(), 1, capabilities};
  got = decode_to_media(encode(control::MediaCommand{1, id<MeetingId>(), put}));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(std::get<control::PutCapabilities>(std::get<control::MediaCommand>(*got).request)
                .rtp_capabilities,
            capabilities);
}

TEST_F(CodecTest, EveryResultAndEventArrivesAsItWasSent) {
  control::TransportCreated created;
  created.transport = id<TransportId>();
  created.ice = {"ufrag", "password", true};
  created.candidates = {{"1", 5, "192.0.2.1", 40000, false}, {"2", 4, "2001:db8::1", 40000, true}};
  created.dtls = dtls();
  control::Consumed consumed;
  consumed.consumer = id<ConsumerId>();
  consumed.producer = id<ProducerId>();
  consumed.kind = ortc::MediaKind::kVideo;
  consumed.type = ortc::ProducerType::kSvc;
  consumed.rtp_parameters = parameters();
  control::MeetingStats stats;
  stats.transports = {
      {id<TransportId>(), id<ParticipantId>(), true, true, false, "GCM", 1, 2, 3, 4}};
  stats.producers.resize(1);
  stats.consumers.resize(2);
  stats.transports[0].link = control::LinkStats{true, 1, 2, 3, 4, 1000, "lossy", "loss"};
  stats.consumers[1].fraction_lost = 255;
  stats.consumers[1].layers = control::LayerStats{-1, -1, 2, 3, 4, control::LayerReason::kEstimate};
  const std::vector<control::MediaResult> results = {
      control::Done{},
      control::MeetingOpened{*ortc::router_capabilities(ortc::default_router_codecs())},
      created,
      control::IceRestarted{{"a", "b", true}},
      control::Produced{id<ProducerId>(), ortc::ProducerType::kSimulcast},
      consumed,
      stats,
      control::PermitsSet{{id<ProducerId>()}, {id<ConsumerId>(), id<ConsumerId>()}}};
  ASSERT_EQ(results.size(), std::variant_size_v<control::MediaResult>);
  std::vector<control::FromMedia> messages;
  for (const auto& result : results) {
    messages.push_back(control::MediaCompletion{7, id<MeetingId>(), result});
  }
  messages.push_back(
      control::MediaCompletion{8, id<MeetingId>(), fail(ErrorCode::kInternal, "our mistake")});
  const std::vector<control::MediaEventBody> events = {
      control::TransportStateChanged{id<TransportId>(), id<ParticipantId>(),
                                     control::TransportState::kFailed, "why"},
      control::ConsumerClosed{id<ConsumerId>(), id<TransportId>()},
      control::ConsumerQuality{id<ConsumerId>(),
                               id<TransportId>(),
                               {2, 1, -1, -1, 90'000, control::LayerReason::kDraining}},
      control::ActiveSpeakers{{{id<ProducerId>(), -127}, {id<ProducerId>(), 0}}},
      control::MeetingLost{"gone"},
      control::UnknownEvent{}};
  ASSERT_EQ(events.size(), std::variant_size_v<control::MediaEventBody>);
  for (const auto& event : events) {
    messages.push_back(control::NumberedEvent{5, {id<MeetingId>(), event}});
  }
  messages.push_back(control::MediaHello{513, 99, 1, 4, "eu", "build", true, 77});
  messages.push_back(control::Beat{3, {1, 2, 3ms, true, true}, {}});
  for (const control::FromMedia& sent : messages) {
    const auto got = decode_from_media(encode(sent));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->index(), sent.index());
    EXPECT_EQ(encode(*got), encode(sent));
  }
  const auto error = decode_from_media(encode(messages[8]));
  EXPECT_EQ(std::get<control::MediaCompletion>(*error).result.error().message, "our mistake");
  EXPECT_EQ(std::get<control::MediaCompletion>(*error).result.error().code, ErrorCode::kInternal);
}

TEST_F(CodecTest, WhatAClientCouldNotHaveSentIsRefusedHereToo) {
  auto code_of = [&](control::MediaRequest request) {
    const auto got = decode_to_media(encode(control::MediaCommand{1, id<MeetingId>(), request}));
    return got ? "taken" : got.error().message;
  };
  ortc::RtpParameters bad = parameters();
  bad.encodings[0].rid = "a\nb";
  EXPECT_NE(code_of(control::Produce{id<TransportId>(), ortc::MediaKind::kVideo, bad, false}),
            "taken");
  EXPECT_NE(code_of(control::ConnectTransport{id<TransportId>(), {}}), "taken");
  EXPECT_EQ(code_of(control::OpenMeeting{}), "taken");
}

TEST_F(CodecTest, NoiseIsRefused) {
  EXPECT_FALSE(decode_to_media(""));
  EXPECT_FALSE(decode_to_media("\xff\xff\xff\xff"));
  EXPECT_FALSE(decode_from_media("hello"));
}

}  // namespace
}  // namespace confab::media_rpc
