#include "service/media_rpc/codec_ortc.h"

#include <utility>

namespace confab::media_rpc {
namespace {

using google::protobuf::RepeatedPtrField;

// ---- out ----

void put(const ortc::Parameters& from, RepeatedPtrField<pb::Parameter>* out) {
  for (const ortc::Parameter& parameter : from) {
    pb::Parameter* added = out->Add();
    added->set_name(parameter.name);
    if (const auto* number = std::get_if<std::int64_t>(&parameter.value)) {
      added->set_integer(*number);
    } else {
      added->set_text(std::get<std::string>(parameter.value));
    }
  }
}

void put(const std::vector<ortc::RtcpFeedback>& from, RepeatedPtrField<pb::RtcpFeedback>* out) {
  for (const ortc::RtcpFeedback& feedback : from) {
    pb::RtcpFeedback* added = out->Add();
    added->set_type(feedback.type);
    added->set_parameter(feedback.parameter);
  }
}

void put(const ortc::RtpCodecParameters& from, pb::CodecParameters* out) {
  out->set_mime_type(from.mime_type);
  out->set_payload_type(from.payload_type);
  out->set_clock_rate(from.clock_rate);
  if (from.channels) out->set_channels(*from.channels);
  put(from.parameters, out->mutable_parameters());
  put(from.rtcp_feedback, out->mutable_rtcp_feedback());
}

void put(const ortc::RtpEncoding& from, pb::Encoding* out) {
  if (from.ssrc) out->set_ssrc(*from.ssrc);
  if (from.rid) out->set_rid(*from.rid);
  if (from.codec_payload_type) out->set_codec_payload_type(*from.codec_payload_type);
  if (from.rtx_ssrc) out->set_rtx_ssrc(*from.rtx_ssrc);
  if (from.dtx) out->set_dtx(*from.dtx);
  if (from.scalability_mode) out->set_scalability_mode(*from.scalability_mode);
  if (from.max_bitrate) out->set_max_bitrate(*from.max_bitrate);
}

// ---- in ----

ortc::Parameters get(const RepeatedPtrField<pb::Parameter>& in) {
  ortc::Parameters out;
  for (const pb::Parameter& parameter : in) {
    if (parameter.has_text()) {
      out.push_back({parameter.name(), parameter.text()});
    } else {
      out.push_back({parameter.name(), std::int64_t{parameter.integer()}});
    }
  }
  return out;
}

std::vector<ortc::RtcpFeedback> get(const RepeatedPtrField<pb::RtcpFeedback>& in) {
  std::vector<ortc::RtcpFeedback> out;
  for (const pb::RtcpFeedback& feedback : in)
    out.push_back({feedback.type(), feedback.parameter()});
  return out;
}

ortc::RtpCodecParameters get(const pb::CodecParameters& in, Fault& fault) {
  ortc::RtpCodecParameters out;
  out.mime_type = in.mime_type();
  out.payload_type = narrow<std::uint8_t>(in.payload_type(), fault);
  out.clock_rate = in.clock_rate();
  if (in.has_channels()) out.channels = narrow<std::uint8_t>(in.channels(), fault);
  out.parameters = get(in.parameters());
  out.rtcp_feedback = get(in.rtcp_feedback());
  return out;
}

ortc::RtpEncoding get(const pb::Encoding& in, Fault& fault) {
  ortc::RtpEncoding out;
  if (in.has_ssrc()) out.ssrc = in.ssrc();
  if (in.has_rid()) out.rid = in.rid();
  if (in.has_codec_payload_type()) {
    out.codec_payload_type = narrow<std::uint8_t>(in.codec_payload_type(), fault);
  }
  if (in.has_rtx_ssrc()) out.rtx_ssrc = in.rtx_ssrc();
  if (in.has_dtx()) out.dtx = in.dtx();
  if (in.has_scalability_mode()) out.scalability_mode = in.scalability_mode();
  if (in.has_max_bitrate()) out.max_bitrate = in.max_bitrate();
  return out;
}

}  // namespace

void put(const ortc::RtpCapabilities& from, pb::RtpCapabilities* out) {
  for (const ortc::RtpCodecCapability& codec : from.codecs) {
    pb::CodecCapability* added = out->add_codecs();
    added->set_kind(to_wire<pb::MediaKind>(codec.kind));
    added->set_mime_type(codec.mime_type);
    added->set_clock_rate(codec.clock_rate);
    added->set_channels(codec.channels);
    if (codec.preferred_payload_type)
      added->set_preferred_payload_type(*codec.preferred_payload_type);
    put(codec.parameters, added->mutable_parameters());
    put(codec.rtcp_feedback, added->mutable_rtcp_feedback());
  }
  for (const ortc::RtpHeaderExtension& extension : from.header_extensions) {
    pb::HeaderExtension* added = out->add_header_extensions();
    added->set_kind(to_wire<pb::MediaKind>(extension.kind));
    added->set_uri(extension.uri);
    added->set_preferred_id(extension.preferred_id);
    added->set_preferred_encrypt(extension.preferred_encrypt);
    added->set_direction(to_wire<pb::ExtensionDirection>(extension.direction));
  }
}

void put(const ortc::RtpParameters& from, pb::RtpParameters* out) {
  if (from.mid) out->set_mid(*from.mid);
  for (const ortc::RtpCodecParameters& codec : from.codecs) put(codec, out->add_codecs());
  for (const ortc::RtpHeaderExtensionParameters& extension : from.header_extensions) {
    pb::HeaderExtensionParameters* added = out->add_header_extensions();
    added->set_uri(extension.uri);
    added->set_id(extension.id);
    added->set_encrypt(extension.encrypt);
    put(extension.parameters, added->mutable_parameters());
  }
  for (const ortc::RtpEncoding& encoding : from.encodings) put(encoding, out->add_encodings());
  out->set_cname(from.rtcp.cname);
  out->set_reduced_size(from.rtcp.reduced_size);
  if (from.msid) out->set_msid(*from.msid);
}

void put(const ortc::IceParameters& from, pb::IceParameters* out) {
  out->set_username_fragment(from.username_fragment);
  out->set_password(from.password);
  out->set_ice_lite(from.ice_lite);
}

void put(const ortc::IceCandidate& from, pb::IceCandidate* out) {
  out->set_foundation(from.foundation);
  out->set_priority(from.priority);
  out->set_address(from.address);
  out->set_port(from.port);
  out->set_is_tcp(from.is_tcp);
}

void put(const ortc::DtlsParameters& from, pb::DtlsParameters* out) {
  out->set_role(to_wire<pb::DtlsRole>(from.role));
  for (const ortc::DtlsFingerprint& fingerprint : from.fingerprints) {
    pb::DtlsFingerprint* added = out->add_fingerprints();
    added->set_algorithm(fingerprint.algorithm);
    added->set_value(fingerprint.value);
  }
}

ortc::MediaKind get_kind(pb::MediaKind in, Fault& fault) {
  return from_wire(in, ortc::MediaKind::kVideo, fault);
}

ortc::ProducerType get_type(pb::ProducerType in, Fault& fault) {
  return from_wire(in, ortc::ProducerType::kSvc, fault);
}

ortc::RtpCapabilities get(const pb::RtpCapabilities& in, Fault& fault) {
  ortc::RtpCapabilities out;
  for (const pb::CodecCapability& codec : in.codecs()) {
    ortc::RtpCodecCapability added;
    added.kind = get_kind(codec.kind(), fault);
    added.mime_type = codec.mime_type();
    added.clock_rate = codec.clock_rate();
    added.channels = narrow<std::uint8_t>(codec.channels(), fault);
    if (codec.has_preferred_payload_type()) {
      added.preferred_payload_type = narrow<std::uint8_t>(codec.preferred_payload_type(), fault);
    }
    added.parameters = get(codec.parameters());
    added.rtcp_feedback = get(codec.rtcp_feedback());
    out.codecs.push_back(std::move(added));
  }
  for (const pb::HeaderExtension& extension : in.header_extensions()) {
    out.header_extensions.push_back(
        {get_kind(extension.kind(), fault), extension.uri(),
         narrow<std::uint8_t>(extension.preferred_id(), fault), extension.preferred_encrypt(),
         from_wire(extension.direction(), ortc::Direction::kInactive, fault)});
  }
  return out;
}

ortc::RtpParameters get(const pb::RtpParameters& in, Fault& fault) {
  ortc::RtpParameters out;
  if (in.has_mid()) out.mid = in.mid();
  for (const pb::CodecParameters& codec : in.codecs()) out.codecs.push_back(get(codec, fault));
  for (const pb::HeaderExtensionParameters& extension : in.header_extensions()) {
    out.header_extensions.push_back({extension.uri(), narrow<std::uint8_t>(extension.id(), fault),
                                     extension.encrypt(), get(extension.parameters())});
  }
  for (const pb::Encoding& encoding : in.encodings()) out.encodings.push_back(get(encoding, fault));
  out.rtcp.cname = in.cname();
  out.rtcp.reduced_size = in.reduced_size();
  if (in.has_msid()) out.msid = in.msid();
  return out;
}

ortc::IceParameters get(const pb::IceParameters& in) {
  return {in.username_fragment(), in.password(), in.ice_lite()};
}

ortc::IceCandidate get(const pb::IceCandidate& in, Fault& fault) {
  return {in.foundation(), in.priority(), in.address(), narrow<std::uint16_t>(in.port(), fault),
          in.is_tcp()};
}

ortc::DtlsParameters get(const pb::DtlsParameters& in, Fault& fault) {
  ortc::DtlsParameters out;
  out.role = from_wire(in.role(), ortc::DtlsRole::kServer, fault);
  for (const pb::DtlsFingerprint& fingerprint : in.fingerprints()) {
    out.fingerprints.push_back({fingerprint.algorithm(), fingerprint.value()});
  }
  return out;
}

}  // namespace confab::media_rpc
