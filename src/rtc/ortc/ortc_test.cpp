#include "rtc/ortc/ortc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rtc/ortc/codec.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/ortc/validate.h"

namespace confab::ortc {
namespace {

const RtpCapabilities& router() {
  static const RtpCapabilities capabilities = *router_capabilities(default_router_codecs());
  return capabilities;
}

RtpParameters vp8_publisher() {
  RtpParameters p;
  p.mid = "1";
  p.codecs = {{"video/VP8", 96, 90000, {}, {}, {}},
              {"video/rtx", 97, 90000, {}, {{"apt", std::int64_t{96}}}, {}}};
  p.header_extensions = {{std::string(uri(HeaderExtension::kMid)), 4, false, {}}};
  p.encodings = {{.ssrc = 11, .rtx_ssrc = 12}};
  p.rtcp.cname = "c";
  p.msid = "stream track";
  return p;
}

RtpParameters opus_publisher() {
  RtpParameters p;
  p.codecs = {{"audio/opus", 111, 48000, 2, {}, {}}};
  p.encodings = {{.ssrc = 21}};
  return p;
}

RtpParameters consumable_of(const RtpParameters& publisher, MediaKind kind) {
  SeededRandom random(1);
  const auto mapping = producer_mapping(publisher, router(), random);
  return consumable_parameters(kind, publisher, router(), mapping.value());
}

Result<RtpParameters> consume(const RtpParameters& consumable, const RtpCapabilities& device,
                              std::optional<bool> rtx = {}) {
  SeededRandom random(2);
  SsrcAllocator ssrcs(random);
  return consumer_parameters(consumable, device, {.mid = "0", .rtx = rtx}, ssrcs);
}

void drop_extension(RtpCapabilities& device, HeaderExtension which) {
  std::erase_if(device.header_extensions,
                [&](const RtpHeaderExtension& extension) { return extension.uri == uri(which); });
}

bool has_feedback(const RtpParameters& parameters, std::string_view type) {
  for (const auto& codec : parameters.codecs) {
    for (const auto& feedback : codec.rtcp_feedback) {
      if (feedback.type == type) return true;
    }
  }
  return false;
}

TEST(ProducerMappingTest, RtxFollowsItsCodec) {
  SeededRandom random(1);
  const auto mapping = producer_mapping(vp8_publisher(), router(), random);

  ASSERT_TRUE(mapping);
  EXPECT_EQ(mapping->mapped_payload_type(96), 101);
  EXPECT_EQ(mapping->mapped_payload_type(97), 102);
  EXPECT_EQ(mapping->mapped_payload_type(98), std::nullopt);
}

TEST(ProducerMappingTest, MappedSsrcsAreConsecutiveAndInRange) {
  RtpParameters publisher = vp8_publisher();
  publisher.encodings = {{.rid = "a"}, {.rid = "b"}, {.rid = "c", .scalability_mode = "L1T2"}};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SeededRandom random(seed);
    const auto mapping = producer_mapping(publisher, router(), random);

    ASSERT_TRUE(mapping);
    const std::uint32_t first = mapping->encodings[0].mapped_ssrc;
    EXPECT_GE(first, 100'000'000u);
    EXPECT_LE(mapping->encodings[2].mapped_ssrc, 999'999'999u);
    EXPECT_EQ(mapping->encodings[1].mapped_ssrc, first + 1);
    EXPECT_EQ(mapping->encodings[2], (EncodingMapping{"c", {}, "L1T2", first + 2}));
  }
}

TEST(ProducerMappingTest, RefusesACodecTheRouterHasNot) {
  RtpParameters publisher = vp8_publisher();
  publisher.codecs.push_back({"video/H265", 98, 90000, {}, {}, {}});
  SeededRandom random(1);
  const auto mapping = producer_mapping(publisher, router(), random);

  ASSERT_FALSE(mapping);
  EXPECT_EQ(mapping.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(mapping.error().message.find("Unsupported codec video/H265"), std::string::npos);
}

TEST(ProducerMappingTest, RefusesRepairTheRouterHasNot) {
  RtpParameters publisher = opus_publisher();
  publisher.codecs.push_back({"audio/rtx", 112, 48000, {}, {{"apt", std::int64_t{111}}}, {}});
  SeededRandom random(1);

  EXPECT_FALSE(producer_mapping(publisher, router(), random));
}

TEST(ProducerTypeTest, FollowsEncodingsAndLayers) {
  RtpParameters p = vp8_publisher();
  EXPECT_EQ(producer_type(p), ProducerType::kSimple);
  p.encodings[0].scalability_mode = "L1T1";
  EXPECT_EQ(producer_type(p), ProducerType::kSimple);
  p.encodings[0].scalability_mode = "L1T3";
  EXPECT_EQ(producer_type(p), ProducerType::kSimulcast);
  p.codecs[0].mime_type = "video/vp9";
  EXPECT_EQ(producer_type(p), ProducerType::kSvc);
  p.encodings.push_back({.rid = "b"});
  EXPECT_EQ(producer_type(p), ProducerType::kSimulcast);
}

TEST(ConsumableTest, RepairIsOfferedEvenIfThePublisherHasNone) {
  RtpParameters publisher = vp8_publisher();
  publisher.codecs.pop_back();

  const RtpParameters consumable = consumable_of(publisher, MediaKind::kVideo);

  ASSERT_EQ(consumable.codecs.size(), 2u);
  EXPECT_EQ(consumable.codecs[1].payload_type, 102);
}

TEST(ConsumableTest, CaptureTimeOnlyFromAPublisherThatSendsIt) {
  RtpParameters publisher = vp8_publisher();
  EXPECT_FALSE(
      extension_id(consumable_of(publisher, MediaKind::kVideo), HeaderExtension::kAbsCaptureTime));
  publisher.header_extensions.push_back(
      {std::string(uri(HeaderExtension::kAbsCaptureTime)), 9, false, {}});

  EXPECT_EQ(
      extension_id(consumable_of(publisher, MediaKind::kVideo), HeaderExtension::kAbsCaptureTime),
      10);
}

TEST(ConsumableTest, H264LevelIsTheOneBothSidesMayUse) {
  RtpParameters publisher = vp8_publisher();
  publisher.codecs = {{"video/H264",
                       108,
                       90000,
                       {},
                       {{"packetization-mode", std::int64_t{1}}, {"profile-level-id", "42e034"}},
                       {}}};

  const RtpParameters consumable = consumable_of(publisher, MediaKind::kVideo);

  const auto* level = find_parameter(consumable.codecs[0].parameters, "profile-level-id");
  ASSERT_NE(level, nullptr);
  EXPECT_EQ(std::get<std::string>(*level), "42e01f");
}

TEST(ConsumerTest, HighProfileH264IsServedToADeviceWithHigh) {
  RouterCodecs codecs = {
      {.mime_type = "video/H264",
       .parameters = {{"packetization-mode", std::int64_t{1}}, {"profile-level-id", "64001f"}}}};
  const RtpCapabilities high = *router_capabilities(codecs);
  RtpParameters publisher = vp8_publisher();
  publisher.codecs = {{"video/h264",
                       120,
                       90000,
                       {},
                       {{"packetization-mode", std::int64_t{1}}, {"profile-level-id", "64001f"}},
                       {}}};
  SeededRandom random(1);
  const auto mapping = producer_mapping(publisher, high, random);
  ASSERT_TRUE(mapping);
  const auto consumable = consumable_parameters(MediaKind::kVideo, publisher, high, *mapping);

  EXPECT_TRUE(can_consume(consumable, high));
  EXPECT_FALSE(can_consume(consumable, router()));
  EXPECT_EQ(consume(consumable, high)->codecs[0].payload_type, 100);
}

TEST(ConsumerTest, DeviceWithoutTheCodecCannotConsume) {
  RtpCapabilities device = router();
  std::erase_if(device.codecs, [](const auto& codec) { return codec.mime_type == "video/VP8"; });
  const RtpParameters consumable = consumable_of(vp8_publisher(), MediaKind::kVideo);

  EXPECT_FALSE(can_consume(consumable, device));
  const auto consumer = consume(consumable, device);
  ASSERT_FALSE(consumer);
  EXPECT_EQ(consumer.error().code, ErrorCode::kUnsupported);
}

TEST(ConsumerTest, RtxGoesWhenItIsOffOrTheDeviceHasNone) {
  const RtpParameters consumable = consumable_of(vp8_publisher(), MediaKind::kVideo);
  RtpCapabilities device = router();
  std::erase_if(device.codecs, [](const auto& codec) { return is_rtx(codec.mime_type); });

  const auto off = consume(consumable, router(), false);
  const auto none = consume(consumable, device);

  for (const auto& consumer : {off, none}) {
    ASSERT_TRUE(consumer);
    EXPECT_EQ(consumer->codecs.size(), 1u);
    EXPECT_EQ(consumer->encodings[0].rtx_ssrc, std::nullopt);
  }
  EXPECT_EQ(off->codecs[0].rtcp_feedback,
            (std::vector<RtcpFeedback>{{"nack", "pli"}, {"ccm", "fir"}, {"transport-cc", ""}}));
  EXPECT_EQ(none->codecs[0].rtcp_feedback[0], (RtcpFeedback{"nack", ""}));
}

TEST(ConsumerTest, OneWayOfCongestionFeedback) {
  const RtpParameters consumable = consumable_of(vp8_publisher(), MediaKind::kVideo);
  RtpCapabilities device = router();

  const auto transport_cc = consume(consumable, device);
  drop_extension(device, HeaderExtension::kTransportCc);
  const auto remb = consume(consumable, device);
  drop_extension(device, HeaderExtension::kAbsSendTime);
  const auto neither = consume(consumable, device);

  EXPECT_TRUE(has_feedback(*transport_cc, "transport-cc"));
  EXPECT_FALSE(has_feedback(*transport_cc, "goog-remb"));
  EXPECT_FALSE(has_feedback(*remb, "transport-cc"));
  EXPECT_TRUE(has_feedback(*remb, "goog-remb"));
  EXPECT_FALSE(has_feedback(*neither, "transport-cc"));
  EXPECT_FALSE(has_feedback(*neither, "goog-remb"));
}

TEST(ConsumerTest, ExtensionUnderAnotherIdIsNotSent) {
  const RtpParameters consumable = consumable_of(vp8_publisher(), MediaKind::kVideo);
  RtpCapabilities device = router();
  for (auto& extension : device.header_extensions) {
    if (extension.uri == uri(HeaderExtension::kMid)) extension.preferred_id = 14;
  }

  EXPECT_FALSE(extension_id(*consume(consumable, device), HeaderExtension::kMid));
}

TEST(ConsumerTest, SimulcastBecomesOneEncodingWithAllLayers) {
  RtpParameters publisher = vp8_publisher();
  publisher.encodings = {{.rid = "a", .scalability_mode = "L1T2", .max_bitrate = 900},
                         {.rid = "b", .scalability_mode = "L1T2", .max_bitrate = 300}};

  const auto consumer = consume(consumable_of(publisher, MediaKind::kVideo), router());

  ASSERT_EQ(consumer->encodings.size(), 1u);
  EXPECT_EQ(consumer->encodings[0].scalability_mode, "L2T2");
  EXPECT_EQ(consumer->encodings[0].max_bitrate, 900u);
  EXPECT_EQ(consumer->encodings[0].rtx_ssrc, *consumer->encodings[0].ssrc + 1);
}

// Whatever subset of the router a device has, what it is served is in that subset and sound.
TEST(ConsumerTest, AnyDeviceGetsOnlyWhatItHasOrARefusal) {
  const RtpParameters consumables[] = {consumable_of(vp8_publisher(), MediaKind::kVideo),
                                       consumable_of(opus_publisher(), MediaKind::kAudio)};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    const auto coin = [&](const auto&) { return random.between(0, 2) == 0; };
    RtpCapabilities device = router();
    std::erase_if(device.codecs, coin);
    std::erase_if(device.header_extensions, coin);
    const RtpParameters& consumable = consumables[seed % 2];
    const MediaKind kind = seed % 2 == 0 ? MediaKind::kVideo : MediaKind::kAudio;

    const auto consumer = consume(consumable, device);

    ASSERT_EQ(consumer.has_value(), can_consume(consumable, device));
    if (!consumer) continue;
    EXPECT_TRUE(validate(*consumer, kind));
    for (const auto& codec : consumer->codecs) {
      EXPECT_TRUE(std::ranges::any_of(device.codecs, [&](const RtpCodecCapability& known) {
        return known.preferred_payload_type == codec.payload_type || is_rtx(known.mime_type);
      }));
    }
    for (const auto& extension : consumer->header_extensions) {
      EXPECT_TRUE(std::ranges::any_of(device.header_extensions, [&](const auto& known) {
        return known.uri == extension.uri && known.preferred_id == extension.id;
      }));
    }
    EXPECT_FALSE(has_feedback(*consumer, "goog-remb") && has_feedback(*consumer, "transport-cc"));
  }
}

TEST(CnameTest, FirstNonEmptyOneIsEverybodys) {
  SeededRandom random(1);
  Cname cname;
  EXPECT_EQ(cname.settle("camera", random), "camera");
  EXPECT_EQ(cname.settle("", random), "camera");
  EXPECT_EQ(cname.settle("other", random), "camera");
}

TEST(CnameTest, MadeUpOnceWhenTheFirstProducerHasNone) {
  SeededRandom random(1);
  Cname cname;
  const std::string made_up = cname.settle("", random);
  EXPECT_EQ(made_up.size(), 8u);
  EXPECT_EQ(cname.settle("late", random), made_up);
}

TEST(SsrcAllocatorTest, PairsNeverOverlapAndStayInRange) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    SsrcAllocator ssrcs(random);
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 1000; ++i) {
      const std::uint32_t ssrc = ssrcs.next();
      EXPECT_GE(ssrc, 100'000'000u);
      EXPECT_LE(ssrc + 1, 999'999'999u);
      EXPECT_TRUE(seen.insert(ssrc).second);
      EXPECT_TRUE(seen.insert(ssrc + 1).second);
    }
  }
}

// Randomness that always picks the highest value it may.
class Highest final : public Random {
 public:
  void fill(MutableBytes out) override {
    // u64() % 450,000,000 (the number of pairs) is then 449,999,999.
    constexpr std::uint64_t kValue = 449'999'999;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[out.size() - 1 - i] = static_cast<std::uint8_t>(kValue >> (8 * i));
    }
  }
};

TEST(SsrcAllocatorTest, WrapsAtTheEndOfTheRange) {
  Highest random;
  SsrcAllocator ssrcs(random);
  EXPECT_EQ(ssrcs.next(), 999'999'998u);
  EXPECT_EQ(ssrcs.next(), 100'000'000u);
}

}  // namespace
}  // namespace confab::ortc
