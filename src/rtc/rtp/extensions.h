// The values that header extensions carry. Parsers take the element's data (RtpPacketView::
// extension) and give nothing when its length is wrong; the encoders' results go to ExtensionSet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"

namespace confab::rtp {

namespace uri {
inline constexpr std::string_view kMid = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kRid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view kRepairedRid =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kAbsSendTime =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportCc =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view kVideoOrientation = "urn:3gpp:video-orientation";
inline constexpr std::string_view kPlayoutDelay =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
inline constexpr std::string_view kAbsCaptureTime =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
inline constexpr std::string_view kDependencyDescriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
}  // namespace uri

// MID (RFC 9143 §15) or RID (RFC 8852 §4): 1 to 16 visible ASCII characters, the longest that the
// one-byte form holds. The view points into the packet.
std::optional<std::string_view> parse_stream_name(ByteView data);

// Seconds in 6.18 fixed point, wrapping every 64 s; any epoch will do.
std::array<std::uint8_t, 3> encode_abs_send_time(Instant t);
std::optional<std::uint32_t> parse_abs_send_time(ByteView data);

std::array<std::uint8_t, 2> encode_transport_seq(std::uint16_t seq);
std::optional<std::uint16_t> parse_transport_seq(ByteView data);

// RFC 6464 §3: 0 dBov is the loudest, -127 silence.
struct AudioLevelValue {
  std::int8_t level_dbov = -127;
  bool is_voice = false;
  bool operator==(const AudioLevelValue&) const = default;
};
std::array<std::uint8_t, 1> encode_audio_level(AudioLevelValue value);
std::optional<AudioLevelValue> parse_audio_level(ByteView data);

// 3GPP TS 26.114 §7.4.5 (CVO).
struct VideoOrientation {
  bool is_back_camera = false;
  bool is_flipped = false;
  std::uint16_t rotation_degrees = 0;  // 0, 90, 180 or 270
  bool operator==(const VideoOrientation&) const = default;
};
std::array<std::uint8_t, 1> encode_video_orientation(VideoOrientation value);
std::optional<VideoOrientation> parse_video_orientation(ByteView data);

// Steps of 10 ms up to 40,950; larger values are cut.
struct PlayoutDelay {
  std::uint16_t min_ms = 0;
  std::uint16_t max_ms = 0;
  bool operator==(const PlayoutDelay&) const = default;
};
std::array<std::uint8_t, 3> encode_playout_delay(PlayoutDelay value);
std::optional<PlayoutDelay> parse_playout_delay(ByteView data);

// The capture clock's NTP time, and how far that clock is from the sender's (32.32 seconds).
struct AbsCaptureTime {
  NtpTime captured;
  std::optional<std::int64_t> clock_offset;
  bool operator==(const AbsCaptureTime&) const = default;
};
// Without an offset only the first 8 bytes are the value.
std::array<std::uint8_t, 16> encode_abs_capture_time(const AbsCaptureTime& value);
std::optional<AbsCaptureTime> parse_abs_capture_time(ByteView data);

}  // namespace confab::rtp
