#include "rtc/ortc/h264_profile.h"

#include <algorithm>
#include <array>

namespace confab::ortc {
namespace {

// RFC 6184 §8.1, table 5: profile_idc and the bits of profile-iop that decide; "x" is a bit outside
// the mask.
struct Pattern {
  std::uint8_t profile_idc;
  std::uint8_t iop_mask;
  std::uint8_t iop_value;
  H264Profile profile;
};
constexpr std::array kPatterns = std::to_array<Pattern>({
    {0x42, 0b0100'1111, 0b0100'0000, H264Profile::kConstrainedBaseline},
    {0x4d, 0b1000'1111, 0b1000'0000, H264Profile::kConstrainedBaseline},
    {0x58, 0b1100'1111, 0b1100'0000, H264Profile::kConstrainedBaseline},
    {0x42, 0b0100'1111, 0b0000'0000, H264Profile::kBaseline},
    {0x58, 0b1100'1111, 0b1000'0000, H264Profile::kBaseline},
    {0x4d, 0b1010'1111, 0b0000'0000, H264Profile::kMain},
    {0x64, 0b1111'1111, 0b0000'0000, H264Profile::kHigh},
    {0x64, 0b1111'1111, 0b0000'1100, H264Profile::kConstrainedHigh},
    {0xf4, 0b1111'1111, 0b0000'0000, H264Profile::kPredictiveHigh444},
});
constexpr std::uint8_t kConstraintSet3 = 0b0001'0000;

constexpr std::array<std::uint8_t, 20> kLevels = {9,  10, 11, 12, 13, 20, 21, 22, 30, 31,
                                                  32, 40, 41, 42, 50, 51, 52, 60, 61, 62};

std::optional<std::uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<std::array<std::uint8_t, 3>> three_bytes(std::string_view text) {
  if (text.size() != 6) return std::nullopt;
  std::array<std::uint8_t, 3> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto high = hex_digit(text[2 * i]);
    const auto low = hex_digit(text[2 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>((*high << 4) | *low);
  }
  return bytes;
}

bool is_high(H264Profile profile) {
  return profile == H264Profile::kHigh || profile == H264Profile::kConstrainedHigh ||
         profile == H264Profile::kPredictiveHigh444;
}

std::optional<H264Profile> profile_of(std::uint8_t profile_idc, std::uint8_t iop) {
  for (const Pattern& p : kPatterns) {
    if (p.profile_idc == profile_idc && (iop & p.iop_mask) == p.iop_value) return p.profile;
  }
  return std::nullopt;
}

std::uint16_t idc_and_iop(H264Profile profile) {
  switch (profile) {
    case H264Profile::kConstrainedBaseline:
      return 0x42e0;
    case H264Profile::kBaseline:
      return 0x4200;
    case H264Profile::kMain:
      return 0x4d00;
    case H264Profile::kConstrainedHigh:
      return 0x640c;
    case H264Profile::kHigh:
      return 0x6400;
    case H264Profile::kPredictiveHigh444:
      return 0xf400;
  }
  return 0x42e0;
}

// Level 1b stands between 1.0 and 1.1.
int level_rank(std::uint8_t level) {
  return level == kH264Level1b ? 21 : level * 2;
}

bool allows_asymmetry(const Parameters& parameters) {
  return integer_parameter(parameters, "level-asymmetry-allowed") == 1;
}

}  // namespace

std::optional<H264ProfileLevel> parse_profile_level_id(std::string_view text) {
  const auto bytes = three_bytes(text);
  if (!bytes) return std::nullopt;
  const auto [idc, iop, level_idc] = *bytes;
  const std::optional<H264Profile> profile = profile_of(idc, iop);
  if (!profile || std::ranges::find(kLevels, level_idc) == kLevels.end()) return std::nullopt;
  if (is_high(*profile)) return H264ProfileLevel{*profile, level_idc};
  // Below High, level 1b is level_idc 11 with constraint_set3_flag.
  if (level_idc == kH264Level1b) return std::nullopt;
  const bool is_1b = level_idc == 11 && (iop & kConstraintSet3) != 0;
  return H264ProfileLevel{*profile, is_1b ? kH264Level1b : level_idc};
}

std::string to_profile_level_id(H264ProfileLevel value) {
  std::uint32_t bits = (std::uint32_t{idc_and_iop(value.profile)} << 8) | value.level;
  if (value.level == kH264Level1b && !is_high(value.profile)) {
    bits = (std::uint32_t{idc_and_iop(value.profile)} << 8) | (kConstraintSet3 << 8) | 11u;
  }
  std::string text(6, '0');
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[text.size() - 1 - i] = "0123456789abcdef"[(bits >> (4 * i)) & 15u];
  }
  return text;
}

std::optional<H264ProfileLevel> h264_profile_level(const Parameters& parameters) {
  const ParameterValue* value = find_parameter(parameters, "profile-level-id");
  // RFC 6184 §8.1 says Baseline level 1; Chromium and Firefox both mean constrained baseline 3.1.
  if (value == nullptr) return H264ProfileLevel{};
  if (const auto* text = std::get_if<std::string>(value)) return parse_profile_level_id(*text);
  // An SDP parser takes "640034" for a number.
  return parse_profile_level_id(std::to_string(std::get<std::int64_t>(*value)));
}

std::optional<std::string> negotiated_profile_level_id(const Parameters& sender,
                                                       const Parameters& receiver) {
  if (find_parameter(sender, "profile-level-id") == nullptr &&
      find_parameter(receiver, "profile-level-id") == nullptr) {
    return std::nullopt;
  }
  const std::optional<H264ProfileLevel> ours = h264_profile_level(sender);
  const std::optional<H264ProfileLevel> theirs = h264_profile_level(receiver);
  if (!ours || !theirs || ours->profile != theirs->profile) return std::nullopt;
  H264ProfileLevel agreed = *ours;
  if (!(allows_asymmetry(sender) && allows_asymmetry(receiver)) &&
      level_rank(theirs->level) < level_rank(ours->level)) {
    agreed.level = theirs->level;
  }
  return to_profile_level_id(agreed);
}

}  // namespace confab::ortc
