// H264's profile-level-id: three bytes in hex, profile_idc, constraint flags, level_idc (RFC 6184
// §8.1). Several byte patterns name one profile, so profiles are compared after decoding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rtc/ortc/types.h"

namespace confab::ortc {

enum class H264Profile : std::uint8_t {
  kConstrainedBaseline,
  kBaseline,
  kMain,
  kConstrainedHigh,
  kHigh,
  kPredictiveHigh444,
};

struct H264ProfileLevel {
  H264Profile profile = H264Profile::kConstrainedBaseline;
  // level_idc, ten times the level: 31 is 3.1. Level 1b is written as 9, as High profiles do
  // (ITU-T H.264 §A.3.2), though it stands between 1.0 and 1.1.
  std::uint8_t level = 31;
  bool operator==(const H264ProfileLevel&) const = default;
};
inline constexpr std::uint8_t kH264Level1b = 9;

// Nothing for anything but six hex digits naming a known profile and level.
std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view text);
std::string to_profile_level_id(H264ProfileLevel value);

// What the parameters say, with the default when they are silent; nothing if malformed.
std::optional<H264ProfileLevel> h264_profile_level(const Parameters& parameters);

// RFC 6184 §8.2.2: the level used is the lower one, unless both sides allow asymmetry; then the
// sender keeps its own. Nothing when the profiles differ, or when neither side names a profile.
std::optional<std::string> negotiated_profile_level_id(const Parameters& sender,
                                                       const Parameters& receiver);

}  // namespace confab::ortc
