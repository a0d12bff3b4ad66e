#include "rtc/rtp/packet.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

// V=2, seq 0x1234, timestamp 0x01020304, SSRC 0xA0B0C0D0.
Bytes packet(std::uint8_t flags, const Bytes& rest, std::uint8_t second = 96) {
  Bytes bytes{static_cast<std::uint8_t>(0x80 | flags),
              second,
              0x12,
              0x34,
              1,
              2,
              3,
              4,
              0xA0,
              0xB0,
              0xC0,
              0xD0};
  bytes.insert(bytes.end(), rest.begin(), rest.end());
  return bytes;
}

Bytes to_vector(ByteView view) {
  return {view.begin(), view.end()};
}

TEST(RtpPacket, FixedHeader) {
  const auto bytes = packet(0, {7, 8, 9}, 0x80 | 111);
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->marker());
  EXPECT_EQ(view->payload_type(), 111);
  EXPECT_EQ(view->seq(), SeqNo{0x1234});
  EXPECT_EQ(view->timestamp(), RtpTime{0x01020304});
  EXPECT_EQ(view->ssrc(), Ssrc{0xA0B0C0D0});
  EXPECT_EQ(view->header_size(), 12u);
  EXPECT_EQ(to_vector(view->payload()), (Bytes{7, 8, 9}));
  EXPECT_FALSE(view->extension(1));
}

TEST(RtpPacket, Csrcs) {
  const auto bytes = packet(2, {0, 0, 0, 1, 0, 0, 0, 2, 42});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->csrc_count(), 2u);
  EXPECT_EQ(view->csrc(1), Ssrc{2});
  EXPECT_EQ(to_vector(view->payload()), Bytes{42});
}

TEST(RtpPacket, Padding) {
  const auto bytes = packet(0x20, {5, 0, 0, 3});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_vector(view->payload()), Bytes{5});
  EXPECT_EQ(view->padding_size(), 3u);
}

TEST(RtpPacket, PaddingOnly) {
  const auto bytes = packet(0x20, {0, 0, 0, 4});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->payload().empty());
}

TEST(RtpPacket, BadPaddingIsRefused) {
  EXPECT_EQ(RtpPacketView::parse(packet(0x20, {0, 0, 0})).error(), RtpError::kBadPadding);
  EXPECT_EQ(RtpPacketView::parse(packet(0x20, {0, 0, 4})).error(), RtpError::kBadPadding);
  EXPECT_EQ(RtpPacketView::parse(packet(0x20, {})).error(), RtpError::kBadPadding);
}

TEST(RtpPacket, OneByteExtensions) {
  // Given id 1 with 2 bytes, a padding byte, id 14 with 3 bytes, padding to the word.
  const auto bytes =
      packet(0x10, {0xBE, 0xDE, 0, 2, 0x11, 'a', 'b', 0, 0xE2, 1, 2, 3, /*payload*/ 99});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  ASSERT_TRUE(view->extension(1));
  EXPECT_EQ(to_vector(*view->extension(1)), (Bytes{'a', 'b'}));
  EXPECT_EQ(to_vector(*view->extension(14)), (Bytes{1, 2, 3}));
  EXPECT_FALSE(view->extension(2));
  EXPECT_EQ(to_vector(view->payload()), Bytes{99});
}

TEST(RtpPacket, OneByteId15EndsTheList) {
  const auto bytes = packet(0x10, {0xBE, 0xDE, 0, 2, 0x10, 7, 0xF0, 0, 0x20, 8, 0, 0});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->extension(1));
  EXPECT_FALSE(view->extension(2));
  EXPECT_FALSE(view->extension(15));
}

TEST(RtpPacket, TwoByteExtensions) {
  // Given id 3 empty, id 200 with 1 byte, id 15 with 1 byte; application bits set.
  const auto bytes =
      packet(0x10, {0x10, 0x07, 0, 3, 3, 0, 0, 200, 1, 5, 15, 1, 6, 0, 0, 0, /*payload*/ 99});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  ASSERT_TRUE(view->extension(3));
  EXPECT_TRUE(view->extension(3)->empty());
  EXPECT_EQ(to_vector(*view->extension(200)), Bytes{5});
  EXPECT_EQ(to_vector(*view->extension(15)), Bytes{6});
  EXPECT_FALSE(view->extension(201));
}

TEST(RtpPacket, ElementOverTheBlocksEndIsIgnored) {
  // Given id 1 good, then id 2 that claims 4 bytes where 1 is left.
  const auto bytes = packet(0x10, {0xBE, 0xDE, 0, 1, 0x10, 7, 0x23, 0, /*payload*/ 99});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->extension(1));
  EXPECT_FALSE(view->extension(2));
  EXPECT_EQ(to_vector(view->payload()), Bytes{99});
}

TEST(RtpPacket, UnknownProfileIsSkipped) {
  const auto bytes = packet(0x10, {0xAB, 0xCD, 0, 1, 0x10, 7, 0, 0, /*payload*/ 99});
  const auto view = RtpPacketView::parse(bytes);
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->extension(1));
  EXPECT_EQ(to_vector(view->payload()), Bytes{99});
}

TEST(RtpPacket, WhatIsTooShortIsRefused) {
  const auto whole = packet(0x11, {0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0});
  ASSERT_TRUE(RtpPacketView::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(RtpPacketView::parse(ByteView(whole).first(size)).error(), RtpError::kTooShort)
        << size;
  }
}

TEST(RtpPacket, WrongVersionIsRefused) {
  auto bytes = packet(0, {});
  bytes[0] = 0x40;
  EXPECT_EQ(RtpPacketView::parse(bytes).error(), RtpError::kBadVersion);
}

}  // namespace
}  // namespace confab::rtp
