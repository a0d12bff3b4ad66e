#include "rtc/rtp/extensions.h"

#include <algorithm>

namespace confab::rtp {

std::optional<std::string_view> parse_stream_name(ByteView data) {
  if (data.empty() || data.size() > 16) return std::nullopt;
  const bool visible =
      std::ranges::all_of(data, [](std::uint8_t c) { return c > 0x20 && c < 0x7F; });
  if (!visible) return std::nullopt;
  return as_chars(data);
}

std::array<std::uint8_t, 3> encode_abs_send_time(Instant t) {
  std::array<std::uint8_t, 3> out;
  // 32.32 seconds shifted to 6.18: the top 26 bits of the seconds fall off, as they should.
  store_be24(out.data(), static_cast<std::uint32_t>(to_ntp_units(t.time_since_epoch()) >> 14));
  return out;
}

std::optional<std::uint32_t> parse_abs_send_time(ByteView data) {
  if (data.size() != 3) return std::nullopt;
  return load_be24(data.data());
}

std::array<std::uint8_t, 2> encode_transport_seq(std::uint16_t seq) {
  std::array<std::uint8_t, 2> out;
  store_be16(out.data(), seq);
  return out;
}

std::optional<std::uint16_t> parse_transport_seq(ByteView data) {
  // Four bytes are version 2 of the extension, with a feedback request behind the number.
  if (data.size() != 2 && data.size() != 4) return std::nullopt;
  return load_be16(data.data());
}

std::array<std::uint8_t, 1> encode_audio_level(AudioLevelValue value) {
  const auto level = static_cast<std::uint8_t>(-std::clamp<int>(value.level_dbov, -127, 0));
  return {static_cast<std::uint8_t>((value.is_voice ? 0x80 : 0) | level)};
}

std::optional<AudioLevelValue> parse_audio_level(ByteView data) {
  // In the two-byte form a second, zero byte may follow (RFC 6464 §3).
  if (data.empty() || data.size() > 2) return std::nullopt;
  return AudioLevelValue{static_cast<std::int8_t>(-(data[0] & 0x7F)), (data[0] & 0x80) != 0};
}

std::array<std::uint8_t, 1> encode_video_orientation(VideoOrientation value) {
  const int quarter_turns = value.rotation_degrees / 90 % 4;
  return {static_cast<std::uint8_t>((value.is_back_camera ? 8 : 0) | (value.is_flipped ? 4 : 0) |
                                    quarter_turns)};
}

std::optional<VideoOrientation> parse_video_orientation(ByteView data) {
  if (data.size() != 1) return std::nullopt;
  return VideoOrientation{(data[0] & 8) != 0, (data[0] & 4) != 0,
                          static_cast<std::uint16_t>((data[0] & 3) * 90)};
}

std::array<std::uint8_t, 3> encode_playout_delay(PlayoutDelay value) {
  const std::uint32_t min = std::min(value.min_ms / 10, 0xFFF);
  const std::uint32_t max = std::min(value.max_ms / 10, 0xFFF);
  std::array<std::uint8_t, 3> out;
  store_be24(out.data(), (min << 12) | max);
  return out;
}

std::optional<PlayoutDelay> parse_playout_delay(ByteView data) {
  if (data.size() != 3) return std::nullopt;
  const std::uint32_t both = load_be24(data.data());
  return PlayoutDelay{static_cast<std::uint16_t>((both >> 12) * 10),
                      static_cast<std::uint16_t>((both & 0xFFF) * 10)};
}

std::array<std::uint8_t, 16> encode_abs_capture_time(const AbsCaptureTime& value) {
  std::array<std::uint8_t, 16> out;
  store_be64(out.data(), value.captured.value);
  store_be64(out.data() + 8, static_cast<std::uint64_t>(value.clock_offset.value_or(0)));
  return out;
}

std::optional<AbsCaptureTime> parse_abs_capture_time(ByteView data) {
  if (data.size() != 8 && data.size() != 16) return std::nullopt;
  AbsCaptureTime value{NtpTime{load_be64(data.data())}, std::nullopt};
  if (data.size() == 16) value.clock_offset = static_cast<std::int64_t>(load_be64(&data[8]));
  return value;
}

}  // namespace confab::rtp
