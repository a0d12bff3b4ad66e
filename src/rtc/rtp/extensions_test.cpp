#include "rtc/rtp/extensions.h"

#include <gtest/gtest.h>

#include <vector>

namespace confab::rtp {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Extensions, StreamNames) {
  EXPECT_EQ(parse_stream_name(as_bytes("probator")), "probator");
  EXPECT_EQ(parse_stream_name(as_bytes("0123456789abcdef")), "0123456789abcdef");
  EXPECT_FALSE(parse_stream_name(as_bytes("0123456789abcdefg")));
  EXPECT_FALSE(parse_stream_name({}));
  EXPECT_FALSE(parse_stream_name(as_bytes("a b")));
  EXPECT_FALSE(parse_stream_name(Bytes{0x80}));
}

TEST(Extensions, AbsSendTimeIs6Dot18Seconds) {
  EXPECT_EQ(parse_abs_send_time(encode_abs_send_time(Instant(1s))), 1U << 18);
  EXPECT_EQ(parse_abs_send_time(encode_abs_send_time(Instant(500ms))), 1U << 17);
  EXPECT_EQ(parse_abs_send_time(encode_abs_send_time(Instant(65s))), 1U << 18) << "wraps at 64 s";
  EXPECT_FALSE(parse_abs_send_time(Bytes{1, 2}));
}

TEST(Extensions, TransportSeq) {
  EXPECT_EQ(parse_transport_seq(encode_transport_seq(0xABCD)), 0xABCD);
  EXPECT_EQ(parse_transport_seq(Bytes{0, 7, 0x80, 1}), 7) << "version 2";
  EXPECT_FALSE(parse_transport_seq(Bytes{1}));
}

TEST(Extensions, AudioLevel) {
  for (int level = -127; level <= 0; ++level) {
    const AudioLevelValue value{static_cast<std::int8_t>(level), level % 2 == 0};
    EXPECT_EQ(parse_audio_level(encode_audio_level(value)), value);
  }
  EXPECT_EQ(encode_audio_level({-30, true})[0], 0x80 | 30);
  EXPECT_FALSE(parse_audio_level({}));
}

TEST(Extensions, VideoOrientation) {
  for (std::uint16_t degrees = 0; degrees < 360; degrees += 90) {
    const VideoOrientation value{true, false, degrees};
    EXPECT_EQ(parse_video_orientation(encode_video_orientation(value)), value);
  }
  EXPECT_EQ(encode_video_orientation({true, true, 270})[0], 0x0F);
  EXPECT_FALSE(parse_video_orientation(Bytes{0, 0}));
}

TEST(Extensions, PlayoutDelay) {
  const PlayoutDelay value{100, 40'950};
  EXPECT_EQ(parse_playout_delay(encode_playout_delay(value)), value);
  EXPECT_EQ(parse_playout_delay(encode_playout_delay({0, 65'535}))->max_ms, 40'950);
  EXPECT_FALSE(parse_playout_delay(Bytes{0, 0}));
}

TEST(Extensions, AbsCaptureTime) {
  const AbsCaptureTime with{NtpTime{0x0123456789ABCDEF}, -5};
  const auto encoded = encode_abs_capture_time(with);
  EXPECT_EQ(parse_abs_capture_time(encoded), with);
  const AbsCaptureTime without{with.captured, std::nullopt};
  EXPECT_EQ(parse_abs_capture_time(ByteView(encoded).first(8)), without);
  EXPECT_FALSE(parse_abs_capture_time(ByteView(encoded).first(9)));
}

}  // namespace
}  // namespace confab::rtp
