#include "rtc/ortc/codec.h"

#include <gtest/gtest.h>

#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/scalability_mode.h"

namespace confab::ortc {
namespace {

const Parameters kNone;

CodecView video(std::string_view mime, const Parameters& parameters = kNone) {
  return {mime, 90000, 1, parameters};
}

TEST(CodecTest, MimeTypesMatchWithoutRegardToCase) {
  EXPECT_TRUE(codecs_match(video("video/VP8"), video("VIDEO/vp8")));
  EXPECT_FALSE(codecs_match(video("video/VP8"), video("video/VP9")));
  EXPECT_FALSE(mime_equals("video/VP8", "video/VP"));
}

TEST(CodecTest, KindNeedsASubtype) {
  EXPECT_EQ(kind_of("Audio/opus"), MediaKind::kAudio);
  EXPECT_EQ(kind_of("video/x"), MediaKind::kVideo);
  EXPECT_EQ(kind_of("video/"), std::nullopt);
  EXPECT_EQ(kind_of("text/plain"), std::nullopt);
}

TEST(CodecTest, ClockRateAndAudioChannelsCount) {
  EXPECT_FALSE(codecs_match({"audio/opus", 48000, 2, kNone}, {"audio/opus", 48000, 1, kNone}));
  EXPECT_FALSE(codecs_match({"audio/opus", 48000, 2, kNone}, {"audio/opus", 16000, 2, kNone}));
  EXPECT_TRUE(codecs_match({"video/VP8", 90000, 1, kNone}, {"video/VP8", 90000, 2, kNone}));
}

TEST(CodecTest, H264NeedsPacketizationModeAndProfileButNotLevel) {
  const Parameters mode1_31{{"packetization-mode", std::int64_t{1}},
                            {"profile-level-id", "42e01f"}};
  const Parameters mode1_52{{"packetization-mode", std::int64_t{1}},
                            {"profile-level-id", "42c034"}};
  const Parameters mode0_31{{"profile-level-id", "42e01f"}};
  const Parameters high{{"packetization-mode", std::int64_t{1}}, {"profile-level-id", "64001f"}};
  EXPECT_TRUE(codecs_match(video("video/H264", mode1_31), video("video/H264", mode1_52)));
  EXPECT_FALSE(codecs_match(video("video/H264", mode1_31), video("video/H264", mode0_31)));
  EXPECT_FALSE(codecs_match(video("video/H264", mode1_31), video("video/H264", high)));
}

TEST(CodecTest, Vp9NeedsTheProfileWhichIsZeroByDefault) {
  const Parameters profile0{{"profile-id", std::int64_t{0}}};
  const Parameters profile2{{"profile-id", std::int64_t{2}}};
  EXPECT_TRUE(codecs_match(video("video/VP9"), video("video/VP9", profile0)));
  EXPECT_FALSE(codecs_match(video("video/VP9"), video("video/VP9", profile2)));
}

TEST(CodecTest, Av1MatchesWhateverItsParameters) {
  const Parameters level{{"level-idx", std::int64_t{5}}};
  EXPECT_TRUE(codecs_match(video("video/AV1"), video("video/AV1", level)));
}

TEST(CodecTest, MultiopusNeedsTheSameStreams) {
  const Parameters four{{"num_streams", std::int64_t{2}}, {"coupled_streams", std::int64_t{2}}};
  const Parameters other{{"num_streams", std::int64_t{4}}, {"coupled_streams", std::int64_t{2}}};
  const CodecView a{"audio/multiopus", 48000, 4, four};
  EXPECT_TRUE(codecs_match(a, a));
  EXPECT_FALSE(codecs_match(a, {"audio/multiopus", 48000, 4, other}));
}

TEST(HeaderExtensionTest, UrisGoBothWays) {
  for (std::uint8_t id = 1; id <= 11; ++id) {
    const auto extension = static_cast<HeaderExtension>(id);
    ASSERT_FALSE(uri(extension).empty()) << int{id};
    EXPECT_EQ(header_extension_from_uri(uri(extension)), extension);
  }
  EXPECT_EQ(header_extension_from_uri("urn:ietf:params:rtp-hdrext:sdes:MID"), std::nullopt);
  EXPECT_EQ(header_extension_from_uri(""), std::nullopt);
}

TEST(ScalabilityModeTest, ReadsLayersFromTheStart) {
  EXPECT_EQ(parse_scalability_mode("L1T3"), (ScalabilityMode{1, 3, false}));
  EXPECT_EQ(parse_scalability_mode("L3T3_KEY"), (ScalabilityMode{3, 3, true}));
  EXPECT_EQ(parse_scalability_mode("S2T1h"), (ScalabilityMode{2, 1, false}));
  EXPECT_EQ(parse_scalability_mode("L12T99"), (ScalabilityMode{12, 99, false}));
}

TEST(ScalabilityModeTest, AnythingElseIsOneByOne) {
  for (const char* text :
       {"", "L", "L1", "L1T", "L0T3", "L3T0", "T3L1", "l1t3", "L123T1", " L1T3"}) {
    EXPECT_EQ(parse_scalability_mode(text), ScalabilityMode{}) << text;
  }
}

}  // namespace
}  // namespace confab::ortc
