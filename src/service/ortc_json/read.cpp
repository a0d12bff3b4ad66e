#include "service/ortc_json/read.h"

#include <limits>
#include <string>
#include <utility>

#include "base/limits.h"
#include "rtc/ortc/validate.h"

namespace confab::ortc_json {
namespace {

using json::Reader;

constexpr std::int64_t kUint32Max = std::numeric_limits<std::uint32_t>::max();
// What JavaScript counts exactly.
constexpr std::int64_t kSafeInteger = (std::int64_t{1} << 53) - 1;

std::uint8_t read_u8(const Reader& reader, std::uint8_t low, std::uint8_t high) {
  return static_cast<std::uint8_t>(reader.integer(low, high));
}

std::uint32_t read_u32(const Reader& reader, std::uint32_t low = 0) {
  return static_cast<std::uint32_t>(reader.integer(low, kUint32Max));
}

std::optional<std::uint32_t> read_optional_u32(const Reader& reader) {
  return reader.present() ? std::optional(read_u32(reader)) : std::nullopt;
}

std::optional<std::string> read_optional_string(const Reader& reader, std::size_t bytes_max) {
  return reader.present() ? std::optional<std::string>(reader.string(bytes_max)) : std::nullopt;
}

ortc::ParameterValue read_parameter_value(const Reader& reader) {
  if (reader.is_string()) return std::string(reader.string(ortc::kParameterBytesMax));
  return reader.integer(-kSafeInteger, kSafeInteger);
}

ortc::Parameters read_parameters(const Reader& reader) {
  ortc::Parameters out;
  if (!reader.present()) return out;
  reader.members(ortc::kCodecParametersMax, [&](std::string_view name, const Reader& value) {
    if (name.size() > ortc::kNameBytesMax) value.fail("name too long", ErrorCode::kTooLarge);
    out.push_back({std::string(name), read_parameter_value(value)});
  });
  return out;
}

std::vector<ortc::RtcpFeedback> read_feedback(const Reader& reader) {
  std::vector<ortc::RtcpFeedback> out;
  if (!reader.present()) return out;
  reader.elements(ortc::kRtcpFeedbackMax, [&](const Reader& entry) {
    out.push_back(
        {.type = std::string(entry["type"].string(ortc::kNameBytesMax)),
         .parameter = std::string(entry["parameter"].string_or("", ortc::kNameBytesMax))});
  });
  return out;
}

ortc::RtpCodecCapability read_codec_capability(const Reader& reader) {
  ortc::RtpCodecCapability out;
  out.kind = read_kind(reader["kind"]);
  out.mime_type = reader["mimeType"].string(ortc::kNameBytesMax);
  out.clock_rate = read_u32(reader["clockRate"], 1);
  // Pictures have none: what a client says of them there is passed over.
  const Reader channels = reader["channels"];
  if (out.kind == ortc::MediaKind::kAudio && channels.present()) {
    out.channels = read_u8(channels, 1, 255);
  }
  if (const Reader type = reader["preferredPayloadType"]; type.present()) {
    out.preferred_payload_type = read_u8(type, 0, 127);
  }
  out.parameters = read_parameters(reader["parameters"]);
  out.rtcp_feedback = read_feedback(reader["rtcpFeedback"]);
  return out;
}

ortc::Direction read_extension_direction(const Reader& reader) {
  const std::string_view name = reader.string_or("sendrecv", ortc::kNameBytesMax);
  if (name == "sendrecv") return ortc::Direction::kSendRecv;
  if (name == "sendonly") return ortc::Direction::kSendOnly;
  if (name == "recvonly") return ortc::Direction::kRecvOnly;
  if (name == "inactive") return ortc::Direction::kInactive;
  reader.fail("expected sendrecv, sendonly, recvonly or inactive");
  return ortc::Direction::kInactive;
}

ortc::RtpHeaderExtension read_header_extension(const Reader& reader) {
  ortc::RtpHeaderExtension out;
  out.kind = read_kind(reader["kind"]);
  out.uri = reader["uri"].string(ortc::kUriBytesMax);
  out.preferred_id = read_u8(reader["preferredId"], 1, 255);
  out.preferred_encrypt = reader["preferredEncrypt"].boolean_or(false);
  out.direction = read_extension_direction(reader["direction"]);
  return out;
}

ortc::RtpCodecParameters read_codec(const Reader& reader) {
  ortc::RtpCodecParameters out;
  out.mime_type = reader["mimeType"].string(ortc::kNameBytesMax);
  out.payload_type = read_u8(reader["payloadType"], 0, 127);
  out.clock_rate = read_u32(reader["clockRate"], 1);
  if (const Reader channels = reader["channels"]; channels.present()) {
    out.channels = read_u8(channels, 1, 255);
  }
  out.parameters = read_parameters(reader["parameters"]);
  out.rtcp_feedback = read_feedback(reader["rtcpFeedback"]);
  return out;
}

ortc::RtpHeaderExtensionParameters read_extension(const Reader& reader) {
  ortc::RtpHeaderExtensionParameters out;
  out.uri = reader["uri"].string(ortc::kUriBytesMax);
  out.id = read_u8(reader["id"], 1, 255);
  out.encrypt = reader["encrypt"].boolean_or(false);
  out.parameters = read_parameters(reader["parameters"]);
  return out;
}

ortc::RtpEncoding read_encoding(const Reader& reader) {
  ortc::RtpEncoding out;
  out.ssrc = read_optional_u32(reader["ssrc"]);
  out.rid = read_optional_string(reader["rid"], ortc::kRidBytesMax);
  if (const Reader type = reader["codecPayloadType"]; type.present()) {
    out.codec_payload_type = read_u8(type, 0, 127);
  }
  if (const Reader rtx = reader["rtx"]; rtx.present()) out.rtx_ssrc = read_u32(rtx["ssrc"]);
  if (const Reader dtx = reader["dtx"]; dtx.present()) out.dtx = dtx.boolean();
  out.scalability_mode = read_optional_string(reader["scalabilityMode"], ortc::kNameBytesMax);
  // Applications compute it ("1.1 * 1e6"), so it may have a fraction.
  if (const Reader bitrate = reader["maxBitrate"]; bitrate.present()) {
    out.max_bitrate = static_cast<std::uint32_t>(bitrate.rounded_down(0, kUint32Max));
  }
  return out;
}

ortc::DtlsRole read_role(const Reader& reader) {
  const std::string_view name = reader.string_or("auto", ortc::kNameBytesMax);
  if (name == "auto") return ortc::DtlsRole::kAuto;
  if (name == "client") return ortc::DtlsRole::kClient;
  if (name == "server") return ortc::DtlsRole::kServer;
  reader.fail("expected auto, client or server");
  return ortc::DtlsRole::kAuto;
}

// The shape is right; now what it says.
void check(const Reader& reader, const Result<void>& valid) {
  if (!valid) reader.reject(valid.error());
}

}  // namespace

ortc::MediaKind read_kind(const Reader& kind) {
  const std::string_view name = kind.string(ortc::kNameBytesMax);
  if (name == "video") return ortc::MediaKind::kVideo;
  if (name != "audio") kind.fail("expected audio or video");
  return ortc::MediaKind::kAudio;
}

control::TransportDirection read_direction(const Reader& direction) {
  const std::string_view name = direction.string(ortc::kNameBytesMax);
  if (name == "recv") return control::TransportDirection::kReceive;
  if (name != "send") direction.fail("expected send or recv");
  return control::TransportDirection::kSend;
}

ortc::RtpCapabilities read_rtp_capabilities(const Reader& capabilities) {
  ortc::RtpCapabilities out;
  capabilities["codecs"].elements(ortc::kCodecsMax, [&](const Reader& codec) {
    out.codecs.push_back(read_codec_capability(codec));
  });
  if (const Reader list = capabilities["headerExtensions"]; list.present()) {
    list.elements(ortc::kHeaderExtensionsMax, [&](const Reader& extension) {
      out.header_extensions.push_back(read_header_extension(extension));
    });
  }
  if (capabilities.ok()) check(capabilities, ortc::validate(out));
  return out;
}

ortc::RtpParameters read_rtp_parameters(const Reader& parameters, ortc::MediaKind kind) {
  ortc::RtpParameters out;
  out.mid = read_optional_string(parameters["mid"], ortc::kMidBytesMax);
  parameters["codecs"].elements(
      ortc::kCodecsMax, [&](const Reader& codec) { out.codecs.push_back(read_codec(codec)); });
  if (const Reader list = parameters["headerExtensions"]; list.present()) {
    list.elements(ortc::kHeaderExtensionsMax, [&](const Reader& extension) {
      out.header_extensions.push_back(read_extension(extension));
    });
  }
  parameters["encodings"].elements(limits::kEncodingsPerProducer, [&](const Reader& encoding) {
    out.encodings.push_back(read_encoding(encoding));
  });
  const Reader rtcp = parameters["rtcp"];
  out.rtcp.cname = rtcp["cname"].string_or("", ortc::kCnameBytesMax);
  out.rtcp.reduced_size = rtcp["reducedSize"].boolean_or(true);
  out.msid = read_optional_string(parameters["msid"], ortc::kMsidBytesMax);
  if (parameters.ok()) check(parameters, ortc::validate(out, kind));
  return out;
}

ortc::DtlsParameters read_dtls_parameters(const Reader& parameters) {
  ortc::DtlsParameters out;
  out.role = read_role(parameters["role"]);
  parameters["fingerprints"].elements(ortc::kFingerprintsMax, [&](const Reader& entry) {
    // sha-512 in pairs with colons is 191 characters.
    out.fingerprints.push_back({.algorithm = std::string(entry["algorithm"].string(16)),
                                .value = std::string(entry["value"].string(191))});
  });
  if (parameters.ok()) check(parameters, ortc::validate(out));
  return out;
}

}  // namespace confab::ortc_json
