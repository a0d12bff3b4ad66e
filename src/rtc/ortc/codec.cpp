#include "rtc/ortc/codec.h"

#include <algorithm>

#include "rtc/ortc/h264_profile.h"

namespace confab::ortc {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && mime_equals(text.substr(0, prefix.size()), prefix);
}

bool same_integer(const Parameters& a, const Parameters& b, std::string_view name) {
  return integer_parameter(a, name).value_or(0) == integer_parameter(b, name).value_or(0);
}

bool h264_match(const Parameters& a, const Parameters& b) {
  const std::optional<H264ProfileLevel> first = h264_profile_level(a);
  const std::optional<H264ProfileLevel> second = h264_profile_level(b);
  return same_integer(a, b, "packetization-mode") && first && second &&
         first->profile == second->profile;
}

}  // namespace

bool mime_equals(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<MediaKind> kind_of(std::string_view mime_type) {
  if (has_prefix(mime_type, "audio/")) return MediaKind::kAudio;
  if (has_prefix(mime_type, "video/")) return MediaKind::kVideo;
  return std::nullopt;
}

bool is_rtx(std::string_view mime_type) {
  return mime_equals(mime_type, "video/rtx") || mime_equals(mime_type, "audio/rtx");
}

bool supports_svc(std::string_view mime_type) {
  return mime_equals(mime_type, "video/VP9") || mime_equals(mime_type, "video/AV1");
}

CodecView view(const RtpCodecCapability& codec) {
  return {codec.mime_type, codec.clock_rate, codec.channels, codec.parameters};
}

CodecView view(const RtpCodecParameters& codec) {
  return {codec.mime_type, codec.clock_rate, codec.channels.value_or(1), codec.parameters};
}

bool codecs_match(const CodecView& a, const CodecView& b) {
  if (!mime_equals(a.mime_type, b.mime_type) || a.clock_rate != b.clock_rate) return false;
  if (kind_of(a.mime_type) == MediaKind::kAudio && a.channels != b.channels) return false;
  if (mime_equals(a.mime_type, "video/H264")) return h264_match(a.parameters, b.parameters);
  if (mime_equals(a.mime_type, "video/VP9")) {
    return same_integer(a.parameters, b.parameters, "profile-id");
  }
  if (mime_equals(a.mime_type, "audio/multiopus")) {
    return same_integer(a.parameters, b.parameters, "num_streams") &&
           same_integer(a.parameters, b.parameters, "coupled_streams");
  }
  return true;
}

std::optional<std::size_t> find_rtx(const RtpParameters& parameters, std::uint8_t payload_type) {
  for (std::size_t i = 0; i < parameters.codecs.size(); ++i) {
    const RtpCodecParameters& codec = parameters.codecs[i];
    if (is_rtx(codec.mime_type) && integer_parameter(codec.parameters, "apt") == payload_type) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace confab::ortc
