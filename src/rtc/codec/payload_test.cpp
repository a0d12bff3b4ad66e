#include "rtc/codec/payload.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::codec {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::optional<PayloadInfo> parse(Codec codec, const Bytes& payload) {
  return parse_payload(codec, payload);
}

// With the ids written where parsing found them.
Bytes rewritten(Codec codec, Bytes payload, std::uint16_t picture_id, std::uint8_t tl0_pic_idx) {
  const auto info = parse(codec, payload);
  if (!info) return {};
  rewrite_picture_ids(payload, info->places, picture_id, tl0_pic_idx);
  return payload;
}

TEST(Codec, FromMimeType) {
  EXPECT_EQ(codec_from_mime_type("video/VP8"), Codec::kVp8);
  EXPECT_EQ(codec_from_mime_type("VIDEO/h264"), Codec::kH264);
  EXPECT_EQ(codec_from_mime_type("audio/opus"), Codec::kOpus);
  EXPECT_EQ(codec_from_mime_type("video/AV1"), Codec::kAv1);
  EXPECT_EQ(codec_from_mime_type("video/rtx"), Codec::kOther);
  EXPECT_EQ(codec_from_mime_type(""), Codec::kOther);
}

TEST(Payload, EmptyIsNothing) {
  for (const auto codec :
       {Codec::kOpus, Codec::kVp8, Codec::kVp9, Codec::kH264, Codec::kAv1, Codec::kOther}) {
    EXPECT_FALSE(parse(codec, {}));
  }
}

TEST(Payload, AudioStartsAnywhere) {
  const auto info = parse(Codec::kOpus, {0xFC});
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->is_key_frame_start);
  EXPECT_TRUE(is_opus_dtx(Bytes{0xFC}));
  EXPECT_FALSE(is_opus_dtx(Bytes{0xFC, 1, 2}));
}

// ---- VP8 ----

TEST(Vp8, WithoutExtension) {
  const auto key = parse(Codec::kVp8, {0x10, 0x00});
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->is_frame_start);
  EXPECT_TRUE(key->is_key_frame_start);
  EXPECT_FALSE(key->picture_id);
  const auto delta = parse(Codec::kVp8, {0x10, 0x01});
  EXPECT_TRUE(delta->is_frame_start);
  EXPECT_FALSE(delta->is_key_frame_start);
}

TEST(Vp8, OnlyTheFirstPacketOfAKeyFrameStartsIt) {
  EXPECT_FALSE(parse(Codec::kVp8, {0x00, 0x00})->is_key_frame_start) << "no S";
  EXPECT_FALSE(parse(Codec::kVp8, {0x11, 0x00})->is_key_frame_start) << "partition 1";
}

TEST(Vp8, AllFields) {
  // X N S; I L T K; picture id 0x1234; TL0PICIDX 7; TID 2, Y, KEYIDX 3
  const auto info = parse(Codec::kVp8, {0xB0, 0xF0, 0x92, 0x34, 7, 0xA3, 0x01});
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->is_discardable);
  EXPECT_EQ(info->picture_id, 0x1234);
  EXPECT_TRUE(info->places.picture_id_is_long);
  EXPECT_EQ(info->tl0_pic_idx, 7);
  EXPECT_EQ(info->temporal_layer, 2);
  EXPECT_TRUE(info->is_switching_point);
}

TEST(Vp8, ShortPictureId) {
  const auto info = parse(Codec::kVp8, {0x90, 0x80, 0x55, 0x01});
  EXPECT_EQ(info->picture_id, 0x55);
  EXPECT_FALSE(info->places.picture_id_is_long);
}

TEST(Vp8, KeyIndexAloneIsNoLayer) {
  const auto info = parse(Codec::kVp8, {0x90, 0x10, 0xE3, 0x01});
  EXPECT_EQ(info->temporal_layer, 0);
  EXPECT_FALSE(info->is_switching_point);
}

TEST(Vp8, CutOffIsRefused) {
  const Bytes whole{0xB0, 0xF0, 0x92, 0x34, 7, 0xA3, 0x01};
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_payload(Codec::kVp8, ByteView(whole).first(size))) << size;
  }
}

TEST(Vp8, RewriteKeepsTheWidth) {
  EXPECT_EQ(rewritten(Codec::kVp8, {0xB0, 0xF0, 0x92, 0x34, 7, 0xA3, 0x01, 99}, 0x7FFE, 250),
            (Bytes{0xB0, 0xF0, 0xFF, 0xFE, 250, 0xA3, 0x01, 99}));
  EXPECT_EQ(rewritten(Codec::kVp8, {0x90, 0x80, 0x55, 0x01}, 0x123, 250),
            (Bytes{0x90, 0x80, 0x23, 0x01}));
  EXPECT_EQ(rewritten(Codec::kVp8, {0x90, 0x40, 0x55, 0x01}, 0x123, 250),
            (Bytes{0x90, 0x40, 250, 0x01}));
  EXPECT_EQ(rewritten(Codec::kVp8, {0x10, 0x01}, 1, 1), (Bytes{0x10, 0x01}));
}

// ---- VP9 ----

TEST(Vp9, KeyFrameOfTheLowestLayer) {
  // I, L, B; long picture id 5; TID 0, SID 0; TL0PICIDX 9
  const auto info = parse(Codec::kVp9, {0xA8, 0x80, 0x05, 0x00, 9, 1});
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->is_key_frame_start);
  EXPECT_TRUE(info->is_frame_start);
  EXPECT_FALSE(info->is_frame_end);
  EXPECT_EQ(info->picture_id, 5);
  EXPECT_EQ(info->tl0_pic_idx, 9);
}

TEST(Vp9, UpperLayersOfAKeyFrameDoNotStartIt) {
  // I, L, B, E; TID 2, U, SID 1, D
  const auto info = parse(Codec::kVp9, {0xAC, 0x05, 0x53, 9, 1});
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->is_key_frame_start);
  EXPECT_TRUE(info->is_frame_end);
  EXPECT_EQ(info->temporal_layer, 2);
  EXPECT_EQ(info->spatial_layer, 1);
  EXPECT_TRUE(info->is_switching_point);
  EXPECT_TRUE(info->is_inter_layer);
  EXPECT_FALSE(info->places.picture_id_is_long);
}

TEST(Vp9, InterPredictedIsNoKeyFrame) {
  EXPECT_FALSE(parse(Codec::kVp9, {0xC8, 0x05, 1})->is_key_frame_start);
}

TEST(Vp9, FlexibleModeHasDifferencesAndNoTl0) {
  // I, P, L, F, B; two differences
  const auto info = parse(Codec::kVp9, {0xF8, 0x05, 0x20, 0x03, 0x04, 1});
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->tl0_pic_idx);
  EXPECT_EQ(info->temporal_layer, 1);
  EXPECT_FALSE(parse(Codec::kVp9, {0xF8, 0x05, 0x20, 0x03, 0x03, 0x03, 1}))
      << "four references are too many";
}

TEST(Vp9, ScalabilityStructureIsSkipped) {
  // V; two layers with sizes; a group of two pictures with one and no references
  const Bytes payload{0x8A, 0x05, 0x38, 1, 2, 3, 4, 5, 6, 7, 8, 2, 0x04, 9, 0x00, 0xAA};
  EXPECT_TRUE(parse(Codec::kVp9, payload));
  for (std::size_t size = 1; size < payload.size(); ++size) {
    EXPECT_FALSE(parse_payload(Codec::kVp9, ByteView(payload).first(size))) << size;
  }
}

TEST(Vp9, Rewrite) {
  EXPECT_EQ(rewritten(Codec::kVp9, {0xA8, 0x80, 0x05, 0x00, 9, 1}, 0x1234, 77),
            (Bytes{0xA8, 0x92, 0x34, 0x00, 77, 1}));
}

// ---- H264 ----

TEST(H264, SpsStartsAKeyFrame) {
  EXPECT_TRUE(parse(Codec::kH264, {0x67, 1, 2})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kH264, {0x68, 1, 2})->is_key_frame_start) << "PPS";
  EXPECT_FALSE(parse(Codec::kH264, {0x65, 1, 2})->is_key_frame_start) << "IDR without its SPS";
  EXPECT_FALSE(parse(Codec::kH264, {0x41, 1, 2})->is_key_frame_start);
}

TEST(H264, StapA) {
  EXPECT_TRUE(parse(Codec::kH264, {0x78, 0, 2, 0x67, 1, 0, 1, 0x68})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kH264, {0x78, 0, 2, 0x68, 1})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kH264, {0x78, 0, 3, 0x67, 1})) << "over the end";
  EXPECT_FALSE(parse(Codec::kH264, {0x78, 0, 0})) << "an empty unit";
  EXPECT_FALSE(parse(Codec::kH264, {0x78, 0, 1, 0x67, 0})) << "half a size";
}

TEST(H264, FuA) {
  EXPECT_TRUE(parse(Codec::kH264, {0x7C, 0x87, 1})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kH264, {0x7C, 0x07, 1})->is_key_frame_start) << "not the first part";
  EXPECT_FALSE(parse(Codec::kH264, {0x7C, 0x85, 1})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kH264, {0x7C, 0x87}));
}

TEST(H264, NonReferencePicturesAreDiscardable) {
  EXPECT_TRUE(parse(Codec::kH264, {0x01, 1})->is_discardable);
  EXPECT_FALSE(parse(Codec::kH264, {0x41, 1})->is_discardable);
}

// ---- AV1 ----

TEST(Av1, NewSequenceStartsAKeyFrame) {
  // W = 1, N; one frame OBU
  EXPECT_TRUE(parse(Codec::kAv1, {0x18, 0x30, 1})->is_key_frame_start);
  EXPECT_FALSE(parse(Codec::kAv1, {0x10, 0x30, 1})->is_key_frame_start);
}

TEST(Av1, SequenceHeaderStartsAKeyFrame) {
  // W = 2: a sequence header of two bytes, then a frame
  EXPECT_TRUE(parse(Codec::kAv1, {0x20, 2, 0x08, 0, 0x30, 1})->is_key_frame_start);
  // W = 0: every element has its length
  EXPECT_TRUE(parse(Codec::kAv1, {0x00, 1, 0x30, 1, 0x08})->is_key_frame_start);
}

TEST(Av1, AContinuationIsNotAHeader) {
  EXPECT_FALSE(parse(Codec::kAv1, {0x90, 0x08, 1})->is_key_frame_start);
}

TEST(Av1, LayersFromTheObuHeader) {
  // W = 1; frame with extension: temporal 2, spatial 1
  const auto info = parse(Codec::kAv1, {0x10, 0x34, 0x48, 1});
  EXPECT_EQ(info->temporal_layer, 2);
  EXPECT_EQ(info->spatial_layer, 1);
}

TEST(Av1, BrokenOnesAreRefused) {
  EXPECT_FALSE(parse(Codec::kAv1, {0x98, 0x30})) << "N in a continuation";
  EXPECT_FALSE(parse(Codec::kAv1, {0x10})) << "no element";
  EXPECT_FALSE(parse(Codec::kAv1, {0x20, 9, 0x30})) << "over the end";
  EXPECT_FALSE(parse(Codec::kAv1, {0x20, 1, 0x30})) << "one element of two";
  EXPECT_FALSE(parse(Codec::kAv1, {0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 1})) << "endless length";
}

}  // namespace
}  // namespace confab::codec
