#include "bench/janus/sdp.h"

#include <gtest/gtest.h>

namespace confab::bench {
namespace {

MediaSection camera() {
  MediaSection section{ortc::MediaKind::kVideo, {}};
  section.parameters.mid = "1";
  section.parameters.codecs = {
      {.mime_type = "video/VP8",
       .payload_type = 96,
       .clock_rate = 90000,
       .rtcp_feedback = {{"nack", ""}, {"nack", "pli"}, {"transport-cc", ""}}},
      {.mime_type = "video/rtx",
       .payload_type = 97,
       .clock_rate = 90000,
       .parameters = {{"apt", std::int64_t{96}}}}};
  section.parameters.header_extensions = {{.uri = "urn:ietf:params:rtp-hdrext:sdes:mid", .id = 1}};
  section.parameters.encodings = {{.ssrc = 1234, .rtx_ssrc = 5678}};
  section.parameters.rtcp.cname = "someone";
  return section;
}

TEST(SdpTest, WhatIsWrittenIsReadAgain) {
  const Description written{.ice = {.username_fragment = "ufrag", .password = "password"},
                            .fingerprints = {{"sha-256", "AB:CD"}},
                            .media = {camera()}};

  const auto read = read_description(write_description(written, SdpDirection::kSendOnly));

  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->ice.username_fragment, "ufrag");
  EXPECT_EQ(read->ice.password, "password");
  EXPECT_EQ(read->fingerprints, written.fingerprints);
  ASSERT_EQ(read->media.size(), 1u);
  EXPECT_EQ(read->media[0].kind, ortc::MediaKind::kVideo);
  EXPECT_EQ(read->media[0].parameters.mid, "1");
  EXPECT_EQ(read->media[0].parameters.codecs, camera().parameters.codecs);
  EXPECT_EQ(read->media[0].parameters.header_extensions, camera().parameters.header_extensions);
  EXPECT_EQ(read->media[0].parameters.encodings, camera().parameters.encodings);
}

TEST(SdpTest, AReceiverNamesNoStreams) {
  const std::string sdp = write_description({.media = {camera()}}, SdpDirection::kReceiveOnly);

  EXPECT_NE(sdp.find("a=recvonly\r\n"), std::string::npos);
  EXPECT_EQ(sdp.find("ssrc"), std::string::npos);
}

TEST(SdpTest, TakesTheFirstUdpCandidate) {
  const auto read = read_description(
      "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
      "a=candidate:1 1 tcp 1518280447 10.98.0.1 9 typ host tcptype active\r\n"
      "a=candidate:2 1 udp 2015363327 10.98.0.1 41234 typ host\r\n"
      "a=candidate:3 1 udp 2015363326 10.98.0.2 41235 typ host\r\n");

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->candidate, (Endpoint{*IpAddress::parse("10.98.0.1"), 41234}));
}

TEST(SdpTest, SaysWhichLineMakesNoSense) {
  for (const char* line :
       {"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=rtpmap:x VP8/90000",
        "a=rtpmap:96 VP8", "a=fmtp:99 apt=96", "a=extmap:x uri", "a=ssrc:x cname:y",
        "a=ssrc-group:FID 1", "a=fingerprint:sha-256"}) {
    const auto read = read_description(std::string("v=0\r\nm=video 9 X 96\r\n") + line + "\r\n");
    ASSERT_FALSE(read.has_value()) << line;
    EXPECT_NE(read.error().message.find(line), std::string::npos);
  }
}

}  // namespace
}  // namespace confab::bench
