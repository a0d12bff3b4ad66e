#include "client/negotiate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "rtc/ortc/codec.h"
#include "rtc/ortc/header_extension.h"

namespace confab::client {
namespace {

using ortc::HeaderExtension;
using ortc::MediaKind;
using ortc::RtpCodecCapability;

struct CodecPair {
  const RtpCodecCapability* media = nullptr;
  const RtpCodecCapability* rtx = nullptr;
};

CodecPair find_codec(const ortc::RtpCapabilities& router, std::string_view mime_type) {
  CodecPair found;
  for (const RtpCodecCapability& codec : router.codecs) {
    if (ortc::mime_equals(codec.mime_type, mime_type)) {
      found.media = &codec;
      break;
    }
  }
  if (found.media == nullptr || !found.media->preferred_payload_type) return {};
  for (const RtpCodecCapability& codec : router.codecs) {
    if (ortc::integer_parameter(codec.parameters, "apt") == *found.media->preferred_payload_type) {
      found.rtx = &codec;
    }
  }
  return found;
}

ortc::RtpCodecParameters announce(const RtpCodecCapability& codec) {
  return {
      .mime_type = codec.mime_type,
      .payload_type = *codec.preferred_payload_type,
      .clock_rate = codec.clock_rate,
      .channels = codec.kind == MediaKind::kAudio ? std::optional(codec.channels) : std::nullopt,
      .parameters = codec.parameters,
      .rtcp_feedback = codec.rtcp_feedback};
}

// The router's own ids are taken for those that the track carries.
ExtensionIds take_extensions(const ortc::RtpCapabilities& router, MediaKind kind, bool has_rid,
                             ortc::RtpParameters& parameters) {
  ExtensionIds ids;
  const std::array<std::pair<HeaderExtension, std::uint8_t*>, 6> wanted{{
      {HeaderExtension::kMid, &ids.mid},
      {HeaderExtension::kRtpStreamId, has_rid ? &ids.rid : nullptr},
      {HeaderExtension::kRepairedRtpStreamId, has_rid ? &ids.repaired_rid : nullptr},
      {HeaderExtension::kAbsSendTime, &ids.abs_send_time},
      {HeaderExtension::kTransportCc, &ids.transport_cc},
      {HeaderExtension::kAudioLevel, &ids.audio_level},
  }};
  for (const ortc::RtpHeaderExtension& offered : router.header_extensions) {
    if (offered.kind != kind) continue;
    for (const auto& [extension, id] : wanted) {
      if (id == nullptr || offered.uri != ortc::uri(extension)) continue;
      *id = offered.preferred_id;
      parameters.header_extensions.push_back(
          {.uri = offered.uri, .id = offered.preferred_id, .parameters = {}});
    }
  }
  return ids;
}

rtp::Ssrc random_ssrc(Random& random) {
  return {random.between(1, UINT32_MAX)};
}

ortc::RtpEncoding announce_layer(const VideoLayer& layer) {
  ortc::RtpEncoding encoding{.max_bitrate = layer.bitrate_bps};
  if (layer.stream.rid.empty()) {
    encoding.ssrc = layer.stream.ssrc.value;
    encoding.rtx_ssrc = layer.stream.rtx_ssrc.value;
  } else {
    // Browsers announce simulcast by RID alone; SSRCs are learnt from the packets.
    encoding.rid = layer.stream.rid;
    encoding.scalability_mode = "L1T1";
  }
  return encoding;
}

}  // namespace

Result<Offer<AudioTrack>> offer_audio(const ortc::RtpCapabilities& router, std::string mid,
                                      Random& random) {
  const CodecPair codec = find_codec(router, "audio/opus");
  if (codec.media == nullptr) return fail(ErrorCode::kUnsupported, "the server has no opus");
  Offer<AudioTrack> offer;
  StreamConfig& stream = offer.track.stream;
  stream.ssrc = random_ssrc(random);
  stream.payload_type = *codec.media->preferred_payload_type;
  stream.clock_rate = codec.media->clock_rate;
  stream.mid = mid;
  stream.extensions = take_extensions(router, MediaKind::kAudio, false, offer.parameters);
  offer.track.phase = std::chrono::microseconds(random.between(0, 19'999));
  offer.parameters.mid = std::move(mid);
  offer.parameters.codecs = {announce(*codec.media)};
  offer.parameters.encodings = {{.ssrc = stream.ssrc.value}};
  offer.parameters.rtcp.cname = "loadtest";
  return offer;
}

Result<Offer<VideoTrack>> offer_video(const ortc::RtpCapabilities& router, std::string mid,
                                      const VideoWish& wish, Random& random) {
  const CodecPair codec = find_codec(router, "video/VP8");
  if (codec.media == nullptr || codec.rtx == nullptr || !codec.rtx->preferred_payload_type) {
    return fail(ErrorCode::kUnsupported, "the server has no VP8 with RTX");
  }
  Offer<VideoTrack> offer;
  const ExtensionIds ids =
      take_extensions(router, MediaKind::kVideo, wish.simulcast, offer.parameters);
  const std::uint32_t layers = wish.simulcast ? 3 : 1;
  for (std::uint32_t i = 0; i < layers; ++i) {
    VideoLayer layer;
    layer.bitrate_bps = wish.bitrate_bps >> (2 * (layers - 1 - i));
    layer.stream = {.ssrc = random_ssrc(random),
                    .payload_type = *codec.media->preferred_payload_type,
                    .clock_rate = codec.media->clock_rate,
                    .rtx_ssrc = random_ssrc(random),
                    .rtx_payload_type = *codec.rtx->preferred_payload_type,
                    .mid = mid,
                    .rid = wish.simulcast ? "r" + std::to_string(i) : std::string(),
                    .extensions = ids};
    offer.parameters.encodings.push_back(announce_layer(layer));
    offer.track.layers.push_back(std::move(layer));
  }
  offer.track.frames_per_second = wish.frames_per_second;
  offer.track.phase =
      std::chrono::microseconds(random.between(0, 1'000'000 / wish.frames_per_second - 1));
  offer.parameters.mid = std::move(mid);
  offer.parameters.codecs = {announce(*codec.media), announce(*codec.rtx)};
  offer.parameters.rtcp.cname = "loadtest";
  return offer;
}

Result<ReceiveConfig> expect(MediaKind kind, const ortc::RtpParameters& parameters) {
  if (parameters.codecs.empty() || parameters.encodings.empty() || !parameters.encodings[0].ssrc) {
    return fail(ErrorCode::kUnsupported, "a consumer without a codec or an SSRC");
  }
  const ortc::RtpEncoding& encoding = parameters.encodings[0];
  return ReceiveConfig{
      .is_video = kind == MediaKind::kVideo,
      .ssrc = {*encoding.ssrc},
      .payload_type = parameters.codecs[0].payload_type,
      .clock_rate = parameters.codecs[0].clock_rate,
      .rtx_ssrc = {encoding.rtx_ssrc.value_or(0)},
      .transport_cc_extension =
          ortc::extension_id(parameters, HeaderExtension::kTransportCc).value_or(0)};
}

}  // namespace confab::client
