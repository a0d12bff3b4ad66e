// Is what a client sent well-formed, within limits and safe to hand to other clients? Text reaches
// their SDP, so no control characters pass. Errors name the field, as in
// "rtpParameters.codecs[0].payloadType: used twice". What passed is never checked again: every
// other function of this module relies on it.
#pragma once

#include <cstddef>

#include "base/error.h"
#include "rtc/ortc/types.h"

namespace confab::ortc {

// A browser's whole codec list with RTX is about 50 entries.
inline constexpr std::size_t kCodecsMax = 96;
inline constexpr std::size_t kHeaderExtensionsMax = 64;
inline constexpr std::size_t kCodecParametersMax = 32;
inline constexpr std::size_t kRtcpFeedbackMax = 16;
inline constexpr std::size_t kFingerprintsMax = 8;
// One-byte header extensions carry at most 16 bytes (RFC 8285 §4.2).
inline constexpr std::size_t kMidBytesMax = 16;
inline constexpr std::size_t kRidBytesMax = 16;
inline constexpr std::size_t kCnameBytesMax = 255;  // one SDES item (RFC 3550 §6.5)
inline constexpr std::size_t kMsidBytesMax = 256;
inline constexpr std::size_t kUriBytesMax = 255;  // as two-byte extensions' tables need
inline constexpr std::size_t kNameBytesMax = 64;
inline constexpr std::size_t kParameterBytesMax = 1024;  // H264 sprop-parameter-sets is the longest

Result<void> validate(const RtpCapabilities& capabilities);
// As sent with `produce`.
Result<void> validate(const RtpParameters& parameters, MediaKind kind);
// As sent with `connect`: at least one fingerprint by a hash we accept.
Result<void> validate(const DtlsParameters& parameters);

}  // namespace confab::ortc
