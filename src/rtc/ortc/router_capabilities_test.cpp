#include "rtc/ortc/router_capabilities.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "rtc/ortc/codec.h"
#include "rtc/ortc/header_extension.h"

namespace confab::ortc {
namespace {

RouterCodec h264(std::string profile_level_id, std::int64_t mode) {
  return {.mime_type = "video/H264",
          .parameters = {{"packetization-mode", mode},
                         {"profile-level-id", std::move(profile_level_id)}}};
}

std::vector<int> payload_types(const RtpCapabilities& capabilities) {
  std::vector<int> out;
  for (const auto& codec : capabilities.codecs) {
    out.push_back(codec.preferred_payload_type.value_or(255));
  }
  return out;
}

TEST(RouterCapabilitiesTest, NumbersGoUpFrom100WithRtxAfterEachVideoCodec) {
  const auto capabilities = router_capabilities(default_router_codecs());

  ASSERT_TRUE(capabilities);
  EXPECT_EQ(payload_types(*capabilities),
            (std::vector<int>{100, 101, 102, 103, 104, 105, 106, 107, 108}));
  EXPECT_EQ(capabilities->codecs[4].mime_type, "video/rtx");
  EXPECT_EQ(integer_parameter(capabilities->codecs[4].parameters, "apt"), 103);
}

TEST(RouterCapabilitiesTest, StaticPayloadTypesStayWhatRfc3551Says) {
  const auto capabilities = router_capabilities({{"audio/PCMU", 8000, 1, {}},
                                                 {"audio/PCMA", 8000, 1, {}},
                                                 {"audio/G722", 8000, 1, {}},
                                                 {"audio/opus", 48000, 2, {}}});

  ASSERT_TRUE(capabilities);
  EXPECT_EQ(payload_types(*capabilities), (std::vector<int>{0, 8, 9, 100}));
  EXPECT_EQ(capabilities->codecs[0].rtcp_feedback,
            (std::vector<RtcpFeedback>{{"transport-cc", ""}}));
}

TEST(RouterCapabilitiesTest, ProfilesOfH264AreCodecsOfTheirOwn) {
  const auto capabilities =
      router_capabilities({h264("42e01f", 1), h264("640c1f", 1), h264("42e01f", 0)});

  ASSERT_TRUE(capabilities);
  EXPECT_EQ(capabilities->codecs.size(), 6u);
}

TEST(RouterCapabilitiesTest, RefusesACodecNamedTwice) {
  const auto capabilities = router_capabilities({h264("42e01f", 1), h264("42c034", 1)});

  ASSERT_FALSE(capabilities);
  EXPECT_EQ(capabilities.error().code, ErrorCode::kConflict);
}

TEST(RouterCapabilitiesTest, RefusesWhatItDoesNotKnow) {
  for (const RouterCodec& codec : RouterCodecs{{"video/H265", 90000, 1, {}},
                                               {"audio/opus", 48000, 1, {}},
                                               {"audio/opus", 16000, 2, {}},
                                               {"opus", 48000, 2, {}}}) {
    const auto capabilities = router_capabilities({codec});
    ASSERT_FALSE(capabilities) << codec.mime_type;
    EXPECT_EQ(capabilities.error().code, ErrorCode::kUnsupported);
  }
  EXPECT_EQ(router_capabilities({h264("123456", 1)}).error().code, ErrorCode::kInvalidArgument);
}

TEST(RouterCapabilitiesTest, The31DynamicNumbersNeverInclude127) {
  // Given fifteen video codecs (30 numbers), when one audio and then one more are asked for.
  RouterCodecs codecs;
  for (std::int64_t profile = 0; profile < 15; ++profile) {
    codecs.push_back({.mime_type = "video/VP9", .parameters = {{"profile-id", profile}}});
  }
  codecs.push_back({"audio/opus", 48000, 2, {}});
  const auto full = router_capabilities(codecs);
  codecs.push_back({"audio/multiopus", 48000, 6, {}});
  const auto over = router_capabilities(codecs);

  ASSERT_TRUE(full);
  std::vector<int> numbers = payload_types(*full);
  const std::set<int> distinct(numbers.begin(), numbers.end());
  EXPECT_EQ(distinct.size(), 31u);
  EXPECT_EQ(*distinct.begin(), 96);
  EXPECT_EQ(*distinct.rbegin(), 126);
  EXPECT_EQ(numbers[26], 126);
  EXPECT_EQ(numbers[27], 96);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kTooLarge);
}

// Else what receivers say of a transport would leave out its audio.
TEST(RouterCapabilitiesTest, AudioAndVideoAreBothSentWithTransportWideNumbers) {
  const auto capabilities = router_capabilities({});

  ASSERT_TRUE(capabilities);
  int kinds = 0;
  for (const auto& extension : capabilities->header_extensions) {
    if (extension.uri != uri(HeaderExtension::kTransportCc)) continue;
    ++kinds;
    EXPECT_EQ(extension.direction, Direction::kSendRecv);
  }
  EXPECT_EQ(kinds, 2);
}

TEST(RouterCapabilitiesTest, OneExtensionHasOneIdForBothKinds) {
  const auto capabilities = router_capabilities({});

  ASSERT_TRUE(capabilities);
  std::map<std::string, int> ids;
  for (const auto& extension : capabilities->header_extensions) {
    EXPECT_EQ(ids.emplace(extension.uri, extension.preferred_id).first->second,
              extension.preferred_id);
  }
  EXPECT_EQ(ids.size(), 12u);
}

}  // namespace
}  // namespace confab::ortc
