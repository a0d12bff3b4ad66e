// The ORTC dictionaries that mediasoup-client speaks, as plain values. Names and meaning are the
// W3C's and mediasoup's; how they look as JSON is service/ortc_json's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace confab::ortc {

enum class MediaKind : std::uint8_t { kAudio, kVideo };

// A codec parameter is a number or a string (SDP fmtp). Lists are short: looked up linearly.
using ParameterValue = std::variant<std::int64_t, std::string>;
struct Parameter {
  std::string name;
  ParameterValue value;
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;

// The value by exact name, nullptr if absent.
const ParameterValue* find_parameter(const Parameters& parameters, std::string_view name);
std::optional<std::int64_t> integer_parameter(const Parameters& parameters, std::string_view name);

struct RtcpFeedback {
  std::string type;
  std::string parameter;  // "" if absent
  bool operator==(const RtcpFeedback&) const = default;
};

struct RtpCodecCapability {
  MediaKind kind = MediaKind::kAudio;
  std::string mime_type;  // "audio/opus"
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;  // audio only
  std::optional<std::uint8_t> preferred_payload_type;
  Parameters parameters;
  std::vector<RtcpFeedback> rtcp_feedback;
  bool operator==(const RtpCodecCapability&) const = default;
};

enum class Direction : std::uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };

struct RtpHeaderExtension {
  MediaKind kind = MediaKind::kAudio;
  std::string uri;
  std::uint8_t preferred_id = 0;
  bool preferred_encrypt = false;
  Direction direction = Direction::kSendRecv;
  bool operator==(const RtpHeaderExtension&) const = default;
};

struct RtpCapabilities {
  std::vector<RtpCodecCapability> codecs;
  std::vector<RtpHeaderExtension> header_extensions;
  bool operator==(const RtpCapabilities&) const = default;
};

struct RtpCodecParameters {
  std::string mime_type;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  std::optional<std::uint8_t> channels;
  Parameters parameters;
  std::vector<RtcpFeedback> rtcp_feedback;
  bool operator==(const RtpCodecParameters&) const = default;
};

struct RtpHeaderExtensionParameters {
  std::string uri;
  std::uint8_t id = 0;
  bool encrypt = false;
  Parameters parameters;
  bool operator==(const RtpHeaderExtensionParameters&) const = default;
};

struct RtpEncoding {
  std::optional<std::uint32_t> ssrc;
  std::optional<std::string> rid;
  std::optional<std::uint8_t> codec_payload_type;
  std::optional<std::uint32_t> rtx_ssrc;
  std::optional<bool> dtx;
  std::optional<std::string> scalability_mode;
  std::optional<std::uint32_t> max_bitrate;  // bit/s
  bool operator==(const RtpEncoding&) const = default;
};

struct RtcpParameters {
  std::string cname;
  bool reduced_size = true;
  bool operator==(const RtcpParameters&) const = default;
};

struct RtpParameters {
  std::optional<std::string> mid;
  std::vector<RtpCodecParameters> codecs;
  std::vector<RtpHeaderExtensionParameters> header_extensions;
  std::vector<RtpEncoding> encodings;
  RtcpParameters rtcp;
  std::optional<std::string> msid;
  bool operator==(const RtpParameters&) const = default;
};

enum class ProducerType : std::uint8_t { kSimple, kSimulcast, kSvc };

// ---- transports ----

struct IceParameters {
  std::string username_fragment;
  std::string password;
  bool ice_lite = true;
  bool operator==(const IceParameters&) const = default;
};

struct IceCandidate {
  std::string foundation;
  std::uint32_t priority = 0;
  std::string address;
  std::uint16_t port = 0;
  bool is_tcp = false;  // always "passive" here (RFC 6544)
  bool operator==(const IceCandidate&) const = default;
};

enum class DtlsRole : std::uint8_t { kAuto, kClient, kServer };

struct DtlsFingerprint {
  std::string algorithm;  // "sha-256"
  std::string value;      // "AB:CD:..."
  bool operator==(const DtlsFingerprint&) const = default;
};

struct DtlsParameters {
  DtlsRole role = DtlsRole::kAuto;
  std::vector<DtlsFingerprint> fingerprints;
  bool operator==(const DtlsParameters&) const = default;
};

}  // namespace confab::ortc
