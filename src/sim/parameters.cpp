#include "sim/parameters.h"

#include "rtc/ortc/header_extension.h"

namespace confab::sim {
namespace {

using ortc::HeaderExtension;

ortc::RtpHeaderExtensionParameters extension(HeaderExtension which, std::uint8_t id) {
  ortc::RtpHeaderExtensionParameters out;
  out.uri = ortc::uri(which);
  out.id = id;
  return out;
}

ortc::RtpParameters vp8_base(const std::string& mid) {
  ortc::RtpParameters out;
  out.mid = mid;
  ortc::RtpCodecParameters vp8;
  vp8.mime_type = "video/VP8";
  vp8.payload_type = kVp8PayloadType;
  vp8.clock_rate = 90000;
  vp8.rtcp_feedback = {
      {"goog-remb", ""}, {"transport-cc", ""}, {"ccm", "fir"}, {"nack", ""}, {"nack", "pli"}};
  ortc::RtpCodecParameters rtx;
  rtx.mime_type = "video/rtx";
  rtx.payload_type = kVp8RtxPayloadType;
  rtx.clock_rate = 90000;
  rtx.parameters = {{"apt", std::int64_t{kVp8PayloadType}}};
  out.codecs = {vp8, rtx};
  out.header_extensions = {extension(HeaderExtension::kMid, kMidId),
                           extension(HeaderExtension::kRtpStreamId, kRidId),
                           extension(HeaderExtension::kRepairedRtpStreamId, kRepairedRidId),
                           extension(HeaderExtension::kAbsSendTime, kAbsSendTimeId),
                           extension(HeaderExtension::kTransportCc, kTransportCcId)};
  return out;
}

}  // namespace

ortc::RtpParameters opus_parameters(const std::string& mid, std::uint32_t ssrc,
                                    const std::string& cname) {
  ortc::RtpParameters out;
  out.mid = mid;
  ortc::RtpCodecParameters opus;
  opus.mime_type = "audio/opus";
  opus.payload_type = kOpusPayloadType;
  opus.clock_rate = 48000;
  opus.channels = 2;
  opus.parameters = {{"minptime", std::int64_t{10}}, {"useinbandfec", std::int64_t{1}}};
  opus.rtcp_feedback = {{"transport-cc", ""}, {"nack", ""}};
  out.codecs = {opus};
  out.header_extensions = {extension(HeaderExtension::kMid, kMidId),
                           extension(HeaderExtension::kAbsSendTime, kAbsSendTimeId),
                           extension(HeaderExtension::kTransportCc, kTransportCcId),
                           extension(HeaderExtension::kAudioLevel, kAudioLevelId)};
  ortc::RtpEncoding encoding;
  encoding.ssrc = ssrc;
  out.encodings = {encoding};
  out.rtcp.cname = cname;
  return out;
}

ortc::RtpParameters vp8_parameters(const std::string& mid, std::uint32_t ssrc,
                                   std::uint32_t rtx_ssrc, const std::string& cname) {
  ortc::RtpParameters out = vp8_base(mid);
  ortc::RtpEncoding encoding;
  encoding.ssrc = ssrc;
  encoding.rtx_ssrc = rtx_ssrc;
  out.encodings = {encoding};
  out.rtcp.cname = cname;
  return out;
}

ortc::RtpParameters vp8_simulcast_parameters(const std::string& mid) {
  ortc::RtpParameters out = vp8_base(mid);
  for (const char* rid : {"r0", "r1", "r2"}) {
    ortc::RtpEncoding encoding;
    encoding.rid = rid;
    encoding.scalability_mode = "L1T1";
    out.encodings.push_back(encoding);
  }
  return out;
}

void make_h264(ortc::RtpParameters& parameters) {
  ortc::RtpCodecParameters& h264 = parameters.codecs[0];
  h264.mime_type = "video/H264";
  h264.payload_type = kH264PayloadType;
  h264.parameters = {{"packetization-mode", std::int64_t{1}},
                     {"profile-level-id", "42e01f"},
                     {"level-asymmetry-allowed", std::int64_t{1}}};
  ortc::RtpCodecParameters& rtx = parameters.codecs[1];
  rtx.payload_type = kH264RtxPayloadType;
  rtx.parameters = {{"apt", std::int64_t{kH264PayloadType}}};
}

void remove_transport_cc(ortc::RtpParameters& parameters) {
  for (ortc::RtpCodecParameters& codec : parameters.codecs) {
    std::erase_if(codec.rtcp_feedback,
                  [](const ortc::RtcpFeedback& f) { return f.type == "transport-cc"; });
  }
  std::erase_if(parameters.header_extensions,
                [](const ortc::RtpHeaderExtensionParameters& e) { return e.id == kTransportCcId; });
}

}  // namespace confab::sim
