// The RTP header extensions confab knows, by their URIs (RFC 8285). A publisher chooses its own
// ids; towards subscribers the ids are ours and the same on every node: the enumerator's value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rtc/ortc/types.h"

namespace confab::ortc {

enum class HeaderExtension : std::uint8_t {
  kMid = 1,                   // RFC 9143
  kRtpStreamId = 2,           // RFC 8852 (RID)
  kRepairedRtpStreamId = 3,   // RFC 8852
  kAbsSendTime = 4,           // webrtc.org
  kTransportCc = 5,           // draft-holmer-rmcat-transport-wide-cc-extensions-01
  kAudioLevel = 6,            // RFC 6464
  kDependencyDescriptor = 7,  // AV1 RTP specification
  kVideoOrientation = 8,      // 3GPP TS 26.114
  kTimestampOffset = 9,       // RFC 5450
  kAbsCaptureTime = 10,       // webrtc.org
  kPlayoutDelay = 11,         // webrtc.org
  kLayersAllocation = 12,     // webrtc.org
};

std::string_view uri(HeaderExtension extension);
// Nothing for an extension we do not know. URIs are compared as they are (RFC 8285 §5).
std::optional<HeaderExtension> header_extension_from_uri(std::string_view uri);

// The id under which a publisher's or subscriber's packets carry an extension.
std::optional<std::uint8_t> extension_id(const RtpParameters& parameters, HeaderExtension which);

}  // namespace confab::ortc
