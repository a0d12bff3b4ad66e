#include "service/ortc_json/write.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/random.h"

namespace confab::ortc_json {
namespace {

namespace bj = boost::json;

TEST(WriteTest, TransportIsWhatTheClientCreatesItsOwnFrom) {
  SeededRandom random(1);
  const control::TransportCreated transport{.transport = TransportId::random(random),
                                            .ice = {.username_fragment = "u", .password = "p"},
                                            .candidates = {{.foundation = "udpcandidate",
                                                            .priority = 1076302079,
                                                            .address = "192.0.2.1",
                                                            .port = 40000},
                                                           {.foundation = "tcpcandidate",
                                                            .priority = 1,
                                                            .address = "2001:db8::1",
                                                            .port = 40000,
                                                            .is_tcp = true}},
                                            .dtls = {.fingerprints = {{"sha-256", "AA"}}}};

  EXPECT_EQ(bj::value(to_json(transport)),
            bj::parse(R"({"id":")" + transport.transport.to_string() +
                      R"(",
    "iceParameters":{"usernameFragment":"u","password":"p","iceLite":true},
    "iceCandidates":[
      {"foundation":"udpcandidate","priority":1076302079,"address":"192.0.2.1","ip":"192.0.2.1",
       "protocol":"udp","port":40000,"type":"host"},
      {"foundation":"tcpcandidate","priority":1,"address":"2001:db8::1","ip":"2001:db8::1",
       "protocol":"tcp","port":40000,"type":"host","tcpType":"passive"}],
    "dtlsParameters":{"role":"auto","fingerprints":[{"algorithm":"sha-256","value":"AA"}]}})"));
}

TEST(WriteTest, ConsumerIsWhatTheClientConsumes) {
  SeededRandom random(2);
  const control::Consumed consumed{.consumer = ConsumerId::random(random),
                                   .producer = ProducerId::random(random),
                                   .kind = ortc::MediaKind::kVideo,
                                   .type = ortc::ProducerType::kSimulcast,
                                   .rtp_parameters = {},
                                   .producer_paused = true};

  const bj::object out = to_json(consumed);

  EXPECT_EQ(out.at("id"), bj::value(consumed.consumer.to_string()));
  EXPECT_EQ(out.at("producerId"), bj::value(consumed.producer.to_string()));
  EXPECT_EQ(out.at("kind"), "video");
  EXPECT_EQ(out.at("type"), "simulcast");
  EXPECT_EQ(out.at("producerPaused"), true);
  EXPECT_EQ(out.at("rtpParameters"), bj::parse(R"({"codecs":[],"headerExtensions":[],"encodings":[],
                          "rtcp":{"cname":"","reducedSize":true}})"));
}

TEST(WriteTest, Names) {
  EXPECT_EQ(kind_name(ortc::MediaKind::kAudio), "audio");
  EXPECT_EQ(producer_type_name(ortc::ProducerType::kSimple), "simple");
  EXPECT_EQ(producer_type_name(ortc::ProducerType::kSvc), "svc");
  EXPECT_EQ(transport_state_name(control::TransportState::kDisconnected), "disconnected");
}

}  // namespace
}  // namespace confab::ortc_json
