#include "rtc/ortc/h264_profile.h"

#include <gtest/gtest.h>

namespace confab::ortc {
namespace {

Parameters h264(std::string profile_level_id, std::int64_t asymmetry) {
  return {{"profile-level-id", std::move(profile_level_id)},
          {"level-asymmetry-allowed", asymmetry}};
}

TEST(H264ProfileTest, PatternsOfOneProfileAreTheSameProfile) {
  const struct {
    const char* text;
    H264Profile profile;
  } cases[] = {
      {"42e01f", H264Profile::kConstrainedBaseline},
      {"42C01F", H264Profile::kConstrainedBaseline},
      {"4de01f", H264Profile::kConstrainedBaseline},
      {"58f01f", H264Profile::kConstrainedBaseline},
      {"42001f", H264Profile::kBaseline},
      {"58a01f", H264Profile::kBaseline},
      {"4d001f", H264Profile::kMain},
      {"4d401f", H264Profile::kMain},
      {"640c1f", H264Profile::kConstrainedHigh},
      {"64001f", H264Profile::kHigh},
      {"f4001f", H264Profile::kPredictiveHigh444},
  };
  for (const auto& c : cases) {
    const auto parsed = parse_profile_level_id(c.text);
    ASSERT_TRUE(parsed) << c.text;
    EXPECT_EQ(parsed->profile, c.profile) << c.text;
    EXPECT_EQ(parsed->level, 31) << c.text;
  }
}

TEST(H264ProfileTest, RefusesWhatIsNoProfileOrLevel) {
  for (const char* text : {"", "42e01", "42e01ff", "42e01g", "42e000", "42e0ff", "42e01 ", "43e01f",
                           "64011f", "42e009"}) {
    EXPECT_FALSE(parse_profile_level_id(text)) << text;
  }
}

TEST(H264ProfileTest, WritesWhatItReads) {
  for (const char* text : {"42e01f", "42000a", "4d0034", "640c29", "64003e", "f40015", "42f00b",
                           "42100b", "4d100b", "640009", "42e00b"}) {
    const auto parsed = parse_profile_level_id(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(to_profile_level_id(*parsed), text);
  }
}

TEST(H264ProfileTest, Level1bIsConstraintSet3BelowHigh) {
  EXPECT_EQ(parse_profile_level_id("42f00b")->level, kH264Level1b);
  EXPECT_EQ(parse_profile_level_id("42e00b")->level, 11);
  EXPECT_EQ(parse_profile_level_id("640009")->level, kH264Level1b);
}

TEST(H264ProfileTest, ParametersWithoutProfileMeanConstrainedBaseline31) {
  EXPECT_EQ(h264_profile_level({}), *parse_profile_level_id("42e01f"));
}

TEST(H264ProfileTest, ProfileThatAnSdpParserTookForANumber) {
  const Parameters parameters{{"profile-level-id", std::int64_t{640034}}};
  EXPECT_EQ(h264_profile_level(parameters), (H264ProfileLevel{H264Profile::kHigh, 52}));
}

TEST(H264ProfileTest, TheLowerLevelIsUsedUnlessBothAllowAsymmetry) {
  EXPECT_EQ(negotiated_profile_level_id(h264("42e034", 0), h264("42e01f", 1)), "42e01f");
  EXPECT_EQ(negotiated_profile_level_id(h264("42e034", 1), h264("42e01f", 0)), "42e01f");
  EXPECT_EQ(negotiated_profile_level_id(h264("42e015", 0), h264("42e01f", 0)), "42e015");
  EXPECT_EQ(negotiated_profile_level_id(h264("42e034", 1), h264("42e01f", 1)), "42e034");
}

TEST(H264ProfileTest, Level1bIsBetween10And11) {
  EXPECT_EQ(negotiated_profile_level_id(h264("42f00b", 0), h264("42e00a", 0)), "42e00a");
  EXPECT_EQ(negotiated_profile_level_id(h264("42e00b", 0), h264("42f00b", 0)), "42f00b");
}

TEST(H264ProfileTest, NothingIsNegotiatedAcrossProfilesOrInSilence) {
  EXPECT_EQ(negotiated_profile_level_id(h264("42e01f", 1), h264("64001f", 1)), std::nullopt);
  EXPECT_EQ(negotiated_profile_level_id({}, {}), std::nullopt);
  EXPECT_EQ(negotiated_profile_level_id(h264("zzzzzz", 1), h264("42e01f", 1)), std::nullopt);
}

}  // namespace
}  // namespace confab::ortc
