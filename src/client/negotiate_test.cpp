#include "client/negotiate.h"

#include <gtest/gtest.h>

#include "rtc/ortc/ortc.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/ortc/validate.h"

namespace confab::client {
namespace {

using ortc::MediaKind;

struct NegotiateTest : testing::Test {
  // What a subscriber that can do all the router can is told.
  ortc::RtpParameters consumed(MediaKind kind, const ortc::RtpParameters& produced) {
    EXPECT_TRUE(ortc::validate(produced, kind).has_value());
    const auto mapping = ortc::producer_mapping(produced, router, random);
    EXPECT_TRUE(mapping.has_value());
    const auto consumable = ortc::consumable_parameters(kind, produced, router, *mapping);
    return *ortc::consumer_parameters(consumable, router, {.mid = "0", .rtx = {}}, ssrcs);
  }

  SeededRandom random{11};
  ortc::RtpCapabilities router = *ortc::router_capabilities(ortc::default_router_codecs());
  ortc::SsrcAllocator ssrcs{random};
};

TEST_F(NegotiateTest, AudioIsTakenByTheRouterAndExpectedWithoutRepair) {
  const auto offer = offer_audio(router, "a", random);
  ASSERT_TRUE(offer.has_value());
  EXPECT_NE(offer->track.stream.extensions.mid, 0);
  EXPECT_NE(offer->track.stream.extensions.transport_cc, 0);
  EXPECT_NE(offer->track.stream.extensions.audio_level, 0);
  EXPECT_LT(offer->track.phase, offer->track.interval);

  const auto config = expect(MediaKind::kAudio, consumed(MediaKind::kAudio, offer->parameters));
  ASSERT_TRUE(config.has_value());
  EXPECT_FALSE(config->is_video);
  EXPECT_EQ(config->clock_rate, 48000u);
  EXPECT_EQ(config->rtx_ssrc.value, 0u);
}

TEST_F(NegotiateTest, VideoIsTakenByTheRouterAndExpectedWithRepair) {
  const auto offer = offer_video(router, "v", {}, random);
  ASSERT_TRUE(offer.has_value());
  ASSERT_EQ(offer->track.layers.size(), 1u);
  EXPECT_EQ(offer->parameters.encodings[0].ssrc, offer->track.layers[0].stream.ssrc.value);
  EXPECT_EQ(offer->track.layers[0].stream.extensions.rid, 0);

  const auto config = expect(MediaKind::kVideo, consumed(MediaKind::kVideo, offer->parameters));
  ASSERT_TRUE(config.has_value());
  EXPECT_TRUE(config->is_video);
  EXPECT_NE(config->rtx_ssrc.value, 0u);
  EXPECT_NE(config->transport_cc_extension, 0);
}

TEST_F(NegotiateTest, SimulcastIsThreeLayersByRid) {
  const auto offer =
      offer_video(router, "v", {.bitrate_bps = 1'600'000, .simulcast = true}, random);
  ASSERT_TRUE(offer.has_value());
  ASSERT_EQ(offer->track.layers.size(), 3u);
  EXPECT_EQ(offer->track.layers[0].bitrate_bps, 100'000u);
  EXPECT_EQ(offer->track.layers[2].bitrate_bps, 1'600'000u);
  for (const auto& encoding : offer->parameters.encodings) {
    EXPECT_TRUE(encoding.rid.has_value());
    EXPECT_FALSE(encoding.ssrc.has_value());
  }
  EXPECT_EQ(ortc::producer_type(offer->parameters), ortc::ProducerType::kSimulcast);
  consumed(MediaKind::kVideo, offer->parameters);
}

TEST_F(NegotiateTest, ARouterWithoutTheCodecIsRefused) {
  const auto only_audio = ortc::router_capabilities({{"audio/opus", 48000, 2, {}}});
  EXPECT_FALSE(offer_video(*only_audio, "v", {}, random).has_value());
  EXPECT_FALSE(offer_audio({}, "a", random).has_value());
}

TEST_F(NegotiateTest, AConsumerWithoutAnSsrcIsRefused) {
  EXPECT_FALSE(expect(MediaKind::kAudio, {}).has_value());
}

}  // namespace
}  // namespace confab::client
