#include "service/ortc_json/write.h"

#include <boost/json.hpp>
#include <string>

namespace confab::ortc_json {
namespace {

namespace bj = boost::json;

bj::object parameters_json(const ortc::Parameters& parameters) {
  bj::object out;
  for (const ortc::Parameter& parameter : parameters) {
    out[parameter.name] = std::visit([](const auto& v) { return bj::value(v); }, parameter.value);
  }
  return out;
}

bj::array feedback_json(const std::vector<ortc::RtcpFeedback>& feedback) {
  bj::array out;
  for (const ortc::RtcpFeedback& entry : feedback) {
    out.push_back({{"type", entry.type}, {"parameter", entry.parameter}});
  }
  return out;
}

bj::object codec_json(const ortc::RtpCodecCapability& codec) {
  bj::object out{{"kind", kind_name(codec.kind)},
                 {"mimeType", codec.mime_type},
                 {"clockRate", codec.clock_rate},
                 {"parameters", parameters_json(codec.parameters)},
                 {"rtcpFeedback", feedback_json(codec.rtcp_feedback)}};
  if (codec.kind == ortc::MediaKind::kAudio) out["channels"] = codec.channels;
  if (codec.preferred_payload_type) out["preferredPayloadType"] = *codec.preferred_payload_type;
  return out;
}

bj::object codec_json(const ortc::RtpCodecParameters& codec) {
  bj::object out{{"mimeType", codec.mime_type},
                 {"payloadType", codec.payload_type},
                 {"clockRate", codec.clock_rate},
                 {"parameters", parameters_json(codec.parameters)},
                 {"rtcpFeedback", feedback_json(codec.rtcp_feedback)}};
  if (codec.channels) out["channels"] = *codec.channels;
  return out;
}

std::string_view direction_name(ortc::Direction direction) {
  switch (direction) {
    case ortc::Direction::kSendRecv:
      return "sendrecv";
    case ortc::Direction::kSendOnly:
      return "sendonly";
    case ortc::Direction::kRecvOnly:
      return "recvonly";
    case ortc::Direction::kInactive:
      return "inactive";
  }
  return "inactive";
}

bj::object extension_json(const ortc::RtpHeaderExtension& extension) {
  return {{"kind", kind_name(extension.kind)},
          {"uri", extension.uri},
          {"preferredId", extension.preferred_id},
          {"preferredEncrypt", extension.preferred_encrypt},
          {"direction", direction_name(extension.direction)}};
}

bj::object extension_json(const ortc::RtpHeaderExtensionParameters& extension) {
  return {{"uri", extension.uri},
          {"id", extension.id},
          {"encrypt", extension.encrypt},
          {"parameters", parameters_json(extension.parameters)}};
}

bj::object encoding_json(const ortc::RtpEncoding& encoding) {
  bj::object out;
  if (encoding.ssrc) out["ssrc"] = *encoding.ssrc;
  if (encoding.rid) out["rid"] = *encoding.rid;
  if (encoding.codec_payload_type) out["codecPayloadType"] = *encoding.codec_payload_type;
  if (encoding.rtx_ssrc) out["rtx"] = bj::object{{"ssrc", *encoding.rtx_ssrc}};
  if (encoding.dtx) out["dtx"] = *encoding.dtx;
  if (encoding.scalability_mode) out["scalabilityMode"] = *encoding.scalability_mode;
  if (encoding.max_bitrate) out["maxBitrate"] = *encoding.max_bitrate;
  return out;
}

// `address` is what current clients read, `ip` what 3.18 does.
bj::object candidate_json(const ortc::IceCandidate& candidate) {
  bj::object out{{"foundation", candidate.foundation},
                 {"priority", candidate.priority},
                 {"address", candidate.address},
                 {"ip", candidate.address},
                 {"port", candidate.port},
                 {"type", "host"},
                 {"protocol", candidate.is_tcp ? "tcp" : "udp"}};
  if (candidate.is_tcp) out["tcpType"] = "passive";
  return out;
}

std::string_view role_name(ortc::DtlsRole role) {
  switch (role) {
    case ortc::DtlsRole::kAuto:
      return "auto";
    case ortc::DtlsRole::kClient:
      return "client";
    case ortc::DtlsRole::kServer:
      return "server";
  }
  return "auto";
}

}  // namespace

std::string_view kind_name(ortc::MediaKind kind) {
  return kind == ortc::MediaKind::kAudio ? "audio" : "video";
}

std::string_view producer_type_name(ortc::ProducerType type) {
  switch (type) {
    case ortc::ProducerType::kSimple:
      return "simple";
    case ortc::ProducerType::kSimulcast:
      return "simulcast";
    case ortc::ProducerType::kSvc:
      return "svc";
  }
  return "simple";
}

std::string_view transport_state_name(control::TransportState state) {
  switch (state) {
    case control::TransportState::kNew:
      return "new";
    case control::TransportState::kConnecting:
      return "connecting";
    case control::TransportState::kConnected:
      return "connected";
    case control::TransportState::kDisconnected:
      return "disconnected";
    case control::TransportState::kFailed:
      return "failed";
    case control::TransportState::kClosed:
      return "closed";
  }
  return "closed";
}

bj::object to_json(const ortc::RtpCapabilities& capabilities) {
  bj::array codecs;
  for (const auto& codec : capabilities.codecs) codecs.push_back(codec_json(codec));
  bj::array extensions;
  for (const auto& extension : capabilities.header_extensions) {
    extensions.push_back(extension_json(extension));
  }
  return {{"codecs", std::move(codecs)}, {"headerExtensions", std::move(extensions)}};
}

bj::object to_json(const ortc::RtpParameters& parameters) {
  bj::array codecs;
  for (const auto& codec : parameters.codecs) codecs.push_back(codec_json(codec));
  bj::array extensions;
  for (const auto& extension : parameters.header_extensions) {
    extensions.push_back(extension_json(extension));
  }
  bj::array encodings;
  for (const auto& encoding : parameters.encodings) encodings.push_back(encoding_json(encoding));
  bj::object out{
      {"codecs", std::move(codecs)},
      {"headerExtensions", std::move(extensions)},
      {"encodings", std::move(encodings)},
      {"rtcp", {{"cname", parameters.rtcp.cname}, {"reducedSize", parameters.rtcp.reduced_size}}}};
  if (parameters.mid) out["mid"] = *parameters.mid;
  if (parameters.msid) out["msid"] = *parameters.msid;
  return out;
}

bj::object to_json(const ortc::IceParameters& parameters) {
  return {{"usernameFragment", parameters.username_fragment},
          {"password", parameters.password},
          {"iceLite", parameters.ice_lite}};
}

bj::array to_json(const std::vector<ortc::IceCandidate>& candidates) {
  bj::array out;
  for (const ortc::IceCandidate& candidate : candidates) out.push_back(candidate_json(candidate));
  return out;
}

bj::object to_json(const ortc::DtlsParameters& parameters) {
  bj::array fingerprints;
  for (const ortc::DtlsFingerprint& fingerprint : parameters.fingerprints) {
    fingerprints.push_back({{"algorithm", fingerprint.algorithm}, {"value", fingerprint.value}});
  }
  return {{"role", role_name(parameters.role)}, {"fingerprints", std::move(fingerprints)}};
}

bj::object to_json(const control::TransportCreated& transport) {
  return {{"id", transport.transport.to_string()},
          {"iceParameters", to_json(transport.ice)},
          {"iceCandidates", to_json(transport.candidates)},
          {"dtlsParameters", to_json(transport.dtls)}};
}

bj::object to_json(const control::Consumed& consumer) {
  return {{"id", consumer.consumer.to_string()},
          {"producerId", consumer.producer.to_string()},
          {"kind", kind_name(consumer.kind)},
          {"rtpParameters", to_json(consumer.rtp_parameters)},
          {"type", producer_type_name(consumer.type)},
          {"producerPaused", consumer.producer_paused}};
}

}  // namespace confab::ortc_json
