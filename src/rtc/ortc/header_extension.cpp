#include "rtc/ortc/header_extension.h"

#include <array>
#include <utility>

namespace confab::ortc {
namespace {

constexpr std::array kUris = std::to_array<std::pair<HeaderExtension, std::string_view>>({
    {HeaderExtension::kMid, "urn:ietf:params:rtp-hdrext:sdes:mid"},
    {HeaderExtension::kRtpStreamId, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"},
    {HeaderExtension::kRepairedRtpStreamId,
     "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"},
    {HeaderExtension::kAbsSendTime, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"},
    {HeaderExtension::kTransportCc,
     "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
    {HeaderExtension::kAudioLevel, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"},
    {HeaderExtension::kDependencyDescriptor,
     "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"},
    {HeaderExtension::kVideoOrientation, "urn:3gpp:video-orientation"},
    {HeaderExtension::kTimestampOffset, "urn:ietf:params:rtp-hdrext:toffset"},
    {HeaderExtension::kAbsCaptureTime,
     "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"},
    {HeaderExtension::kPlayoutDelay, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"},
    {HeaderExtension::kLayersAllocation,
     "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00"},
});

}  // namespace

std::string_view uri(HeaderExtension extension) {
  for (const auto& [known, text] : kUris) {
    if (known == extension) return text;
  }
  return {};
}

std::optional<HeaderExtension> header_extension_from_uri(std::string_view uri) {
  for (const auto& [known, text] : kUris) {
    if (text == uri) return known;
  }
  return std::nullopt;
}

std::optional<std::uint8_t> extension_id(const RtpParameters& parameters, HeaderExtension which) {
  for (const RtpHeaderExtensionParameters& extension : parameters.header_extensions) {
    if (extension.uri == uri(which)) return extension.id;
  }
  return std::nullopt;
}

}  // namespace confab::ortc
