#include "rtc/rtp/packet_writer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "base/random.h"

namespace confab::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

const RtpHeader kHeader{.marker = true,
                        .payload_type = 101,
                        .seq = {65535},
                        .timestamp = {90'000},
                        .ssrc = {0xDEADBEEF}};

Bytes to_vector(ByteView view) {
  return {view.begin(), view.end()};
}

Bytes random_bytes(Random& random, std::size_t size) {
  Bytes bytes(size);
  random.fill(bytes);
  return bytes;
}

TEST(PacketWriter, OneByteFormByteForByte) {
  ExtensionSet extensions;
  ASSERT_TRUE(extensions.add(1, Bytes{'0'}));
  ASSERT_TRUE(extensions.add(5, Bytes{0xAB, 0xCD}));
  Bytes out(64, 0xFF);
  const auto written = write_rtp_packet(out, kHeader, extensions, Bytes{1, 2, 3});
  ASSERT_TRUE(written);
  EXPECT_EQ(to_vector(ByteView(out).first(written->size)),
            (Bytes{0x90, 0xE5, 0xFF, 0xFF, 0x00, 0x01, 0x5F, 0x90, 0xDE, 0xAD, 0xBE, 0xEF,  //
                   0xBE, 0xDE, 0x00, 0x02, 0x10, '0',  0x51, 0xAB, 0xCD, 0x00, 0x00, 0x00,  //
                   1,    2,    3}));
  EXPECT_EQ(written->payload_offset, 24u);
}

TEST(PacketWriter, NoExtensionsNoBlock) {
  Bytes out(64);
  const auto written = write_rtp_packet(out, kHeader, {}, Bytes{1});
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size, 13u);
  EXPECT_EQ(out[0], 0x80);
}

TEST(PacketWriter, LongOrHighOrEmptyElementsTakeTheTwoByteForm) {
  for (const auto& [id, size] :
       std::vector<std::pair<std::uint8_t, std::size_t>>{{15, 1}, {1, 17}, {1, 0}, {255, 255}}) {
    ExtensionSet extensions;
    ASSERT_TRUE(extensions.add(id, Bytes(size, 7)));
    EXPECT_TRUE(extensions.needs_two_byte_form());
    Bytes out(512);
    const auto written = write_rtp_packet(out, kHeader, extensions, Bytes{1});
    ASSERT_TRUE(written);
    EXPECT_EQ(load_be16(&out[12]), 0x1000);
    const auto view = RtpPacketView::parse(ByteView(out).first(written->size));
    ASSERT_TRUE(view);
    EXPECT_EQ(to_vector(view->extension(id).value()), Bytes(size, 7));
  }
}

TEST(PacketWriter, SetRefusesWhatItCanNotHold) {
  ExtensionSet extensions;
  EXPECT_FALSE(extensions.add(0, Bytes{1}));
  EXPECT_FALSE(extensions.add(1, Bytes(256)));
  EXPECT_TRUE(extensions.add(1, Bytes(200)));
  EXPECT_FALSE(extensions.add(2, Bytes(100)));
  for (std::uint8_t id = 2; id <= ExtensionSet::kElementsMax; ++id) {
    EXPECT_TRUE(extensions.add(id, Bytes{1}));
  }
  EXPECT_FALSE(extensions.add(100, Bytes{1}));
  extensions.clear();
  EXPECT_EQ(extensions.encoded_size(), 0u);
  EXPECT_FALSE(extensions.needs_two_byte_form());
}

TEST(PacketWriter, PaddingEndsWithItsLength) {
  Bytes out(64, 0xFF);
  const auto written = write_rtp_packet(out, kHeader, {}, Bytes{9}, 4);
  ASSERT_TRUE(written);
  EXPECT_EQ(to_vector(ByteView(out).subspan(12, written->size - 12)), (Bytes{9, 0, 0, 0, 4}));
  const auto view = RtpPacketView::parse(ByteView(out).first(written->size));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->padding_size(), 4u);
}

TEST(PacketWriter, TooSmallABufferIsRefused) {
  ExtensionSet extensions;
  ASSERT_TRUE(extensions.add(1, Bytes{1}));
  Bytes out(12 + 8 + 3 + 2);
  EXPECT_TRUE(write_rtp_packet(out, kHeader, extensions, Bytes{1, 2, 3}, 2));
  out.pop_back();
  EXPECT_EQ(write_rtp_packet(out, kHeader, extensions, Bytes{1, 2, 3}, 2).error(),
            RtpError::kNoRoom);
}

TEST(PacketWriter, WhatIsWrittenIsRead) {
  SeededRandom random(7);
  for (int round = 0; round < 2000; ++round) {
    const RtpHeader header{.marker = random.between(0, 1) == 1,
                           .payload_type = static_cast<std::uint8_t>(random.between(0, 127)),
                           .seq = {static_cast<std::uint16_t>(random.u32())},
                           .timestamp = {random.u32()},
                           .ssrc = {random.u32()}};
    ExtensionSet extensions;
    std::vector<std::pair<std::uint8_t, Bytes>> added;
    const auto id_step = random.between(1, 30);
    for (std::uint32_t id = 1; id < 200 && added.size() < 5; id += id_step) {
      const auto value = random_bytes(random, random.between(0, 24));
      ASSERT_TRUE(extensions.add(static_cast<std::uint8_t>(id), value));
      added.emplace_back(static_cast<std::uint8_t>(id), value);
    }
    const auto payload = random_bytes(random, random.between(0, 1200));
    const auto padding = static_cast<std::uint8_t>(random.between(0, 255));
    Bytes out(2000, 0xEE);
    const auto written = write_rtp_packet(out, header, extensions, payload, padding);
    ASSERT_TRUE(written);
    ASSERT_EQ(written->size, rtp_packet_size(extensions.encoded_size(), payload.size(), padding));
    const auto view = RtpPacketView::parse(ByteView(out).first(written->size));
    ASSERT_TRUE(view);
    EXPECT_EQ(view->marker(), header.marker);
    EXPECT_EQ(view->payload_type(), header.payload_type);
    EXPECT_EQ(view->seq(), header.seq);
    EXPECT_EQ(view->timestamp(), header.timestamp);
    EXPECT_EQ(view->ssrc(), header.ssrc);
    EXPECT_EQ(to_vector(view->payload()), payload);
    EXPECT_EQ(view->padding_size(), padding);
    for (const auto& [id, value] : added) EXPECT_EQ(to_vector(view->extension(id).value()), value);
    EXPECT_EQ(out[written->size], 0xEE) << "nothing behind the packet is touched";
  }
}

TEST(Rtx, UnwrapGivesBackThePacket) {
  // Given a media packet, sent again as RTX with its own seq, SSRC and payload type.
  ExtensionSet extensions;
  ASSERT_TRUE(extensions.add(4, Bytes{1, 2, 3}));
  Bytes payload(1000);
  std::iota(payload.begin(), payload.end(), std::uint8_t{0});
  Bytes original(1500);
  const auto sent = write_rtp_packet(original, kHeader, extensions, payload, 5);
  ASSERT_TRUE(sent);
  auto rtx_header = kHeader;
  rtx_header.seq = {12};
  rtx_header.ssrc = {2};
  rtx_header.payload_type = 102;
  Bytes rtx(1500);
  const auto written = write_rtx_packet(rtx, rtx_header, extensions, kHeader.seq, payload, 5);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->size, sent->size + 2);
  EXPECT_EQ(rtx[written->payload_offset], payload[0]);

  // When it is unwrapped, then it is the original, byte for byte.
  const auto size =
      unwrap_rtx(MutableBytes(rtx).first(written->size), kHeader.ssrc, kHeader.payload_type);
  ASSERT_EQ(size.value_or(0), sent->size);
  EXPECT_EQ(to_vector(ByteView(rtx).first(*size)), to_vector(ByteView(original).first(sent->size)));
}

TEST(Rtx, AProbeRepairsNothing) {
  Bytes out(300);
  const auto written = write_rtp_packet(out, kHeader, {}, {}, 255);
  ASSERT_TRUE(written);
  EXPECT_EQ(unwrap_rtx(MutableBytes(out).first(written->size), {1}, 96).error(),
            RtpError::kEmptyRtx);
}

TEST(Rtx, OfAnEmptyPayloadIsAnEmptyPayload) {
  Bytes out(300);
  const auto written = write_rtx_packet(out, kHeader, {}, SeqNo{77}, {});
  ASSERT_TRUE(written);
  const auto size = unwrap_rtx(MutableBytes(out).first(written->size), {1}, 96);
  ASSERT_EQ(size.value_or(0), 12u);
  EXPECT_EQ(RtpPacketView::parse(ByteView(out).first(12))->seq(), SeqNo{77});
}

}  // namespace
}  // namespace confab::rtp
