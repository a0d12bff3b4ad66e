// What a MIME type says, and when two codecs are the same one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rtc/ortc/types.h"

namespace confab::ortc {

// MIME types compare without regard to case (RFC 4855 §3).
bool mime_equals(std::string_view a, std::string_view b);
// Nothing unless it is "audio/..." or "video/...".
std::optional<MediaKind> kind_of(std::string_view mime_type);
// "video/rtx" or "audio/rtx" (RFC 4588).
bool is_rtx(std::string_view mime_type);
// Can one stream of this codec carry several spatial layers?
bool supports_svc(std::string_view mime_type);

// The part of a codec that decides a match; views into a capability or a parameter.
struct CodecView {
  std::string_view mime_type;
  std::uint32_t clock_rate;
  std::uint8_t channels;
  const Parameters& parameters;
};
CodecView view(const RtpCodecCapability& codec);
CodecView view(const RtpCodecParameters& codec);

// Can what one side sends be decoded by the other? MIME type, clock rate and channels, then what
// the codec adds: H264 packetization-mode and profile (not the level), VP9 profile-id, multiopus
// streams.
bool codecs_match(const CodecView& a, const CodecView& b);

// The index of the entry that repairs the codec with this payload type, through `apt`.
std::optional<std::size_t> find_rtx(const RtpParameters& parameters, std::uint8_t payload_type);

}  // namespace confab::ortc
