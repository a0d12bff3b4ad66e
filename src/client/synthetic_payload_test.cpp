#include "client/synthetic_payload.h"

#include <gtest/gtest.h>

#include <array>

#include "rtc/codec/payload.h"

namespace confab::client {
namespace {

struct Written {
  explicit Written(const SyntheticPayload& payload) {
    EXPECT_TRUE(write_payload(buffer, payload));
    view = ByteView(buffer).first(payload.size);
  }
  std::array<std::uint8_t, 1200> buffer{};
  ByteView view;
};

TEST(SyntheticPayload, AServerReadsItsVp8AsMeant) {
  SyntheticPayload payload{.is_video = true,
                           .is_key_frame = true,
                           .is_frame_start = true,
                           .picture_id = 0x7ABC,
                           .tl0_pic_idx = 9,
                           .size = 1000};
  const auto key = codec::parse_payload(codec::Codec::kVp8, Written(payload).view);
  ASSERT_TRUE(key.has_value());
  EXPECT_TRUE(key->is_key_frame_start);
  EXPECT_TRUE(key->is_frame_start);
  EXPECT_EQ(key->picture_id, 0x7ABC);
  EXPECT_EQ(key->tl0_pic_idx, 9);

  payload.is_frame_start = false;
  const auto rest = codec::parse_payload(codec::Codec::kVp8, Written(payload).view);
  ASSERT_TRUE(rest.has_value());
  EXPECT_FALSE(rest->is_key_frame_start);
  EXPECT_FALSE(rest->is_frame_start);

  payload.is_frame_start = true;
  payload.is_key_frame = false;
  const auto delta = codec::parse_payload(codec::Codec::kVp8, Written(payload).view);
  ASSERT_TRUE(delta.has_value());
  EXPECT_FALSE(delta->is_key_frame_start);
  EXPECT_TRUE(delta->is_frame_start);
}

TEST(SyntheticPayload, CarriesItsStampInTheSmallestSizeToo) {
  const Instant stamp{123456789ns};
  for (const std::uint16_t size :
       {static_cast<std::uint16_t>(kOpusPayloadBytesMin), std::uint16_t{100}}) {
    EXPECT_EQ(read_stamp(Written({.size = size, .stamp = stamp}).view), stamp);
  }
  const Written video({.is_video = true,
                       .is_key_frame = true,
                       .is_frame_start = true,
                       .size = static_cast<std::uint16_t>(kVp8PayloadBytesMin),
                       .stamp = stamp});
  EXPECT_EQ(read_stamp(video.view), stamp);
  EXPECT_TRUE(codec::parse_payload(codec::Codec::kVp8, video.view).has_value());
}

TEST(SyntheticPayload, RefusesWhatDoesNotFit) {
  std::array<std::uint8_t, 50> small{};
  EXPECT_FALSE(write_payload(small, {.size = 100}));
  EXPECT_FALSE(write_payload(small, {.size = kStampBytes}));
  EXPECT_FALSE(write_payload(small, {.is_video = true, .size = kVp8PayloadBytesMin - 1}));
}

TEST(SyntheticPayload, FindsNoStampInOthersPayloads) {
  const std::array<std::uint8_t, 40> other{};
  EXPECT_EQ(read_stamp(other), std::nullopt);
  EXPECT_EQ(read_stamp({}), std::nullopt);
}

}  // namespace
}  // namespace confab::client
