#include "rtc/ortc/router_capabilities.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "rtc/ortc/codec.h"
#include "rtc/ortc/header_extension.h"

namespace confab::ortc {
namespace {

// What confab forwards. Codecs with a payload type here have it by RFC 3551 §6; the rest are
// dynamic.
struct KnownCodec {
  std::string_view mime_type;
  std::uint32_t clock_rate;
  std::uint8_t channels_min;
  std::uint8_t channels_max;
  bool repaired;  // audio codecs but opus have no NACK
  std::optional<std::uint8_t> payload_type;
};
constexpr std::array kKnownCodecs = std::to_array<KnownCodec>({
    {"audio/opus", 48000, 2, 2, true, {}},
    {"audio/multiopus", 48000, 4, 8, true, {}},
    {"audio/PCMU", 8000, 1, 1, false, 0},
    {"audio/PCMA", 8000, 1, 1, false, 8},
    {"audio/G722", 8000, 1, 1, false, 9},
    {"video/VP8", 90000, 1, 1, true, {}},
    {"video/H264", 90000, 1, 1, true, {}},
    {"video/VP9", 90000, 1, 1, true, {}},
    {"video/AV1", 90000, 1, 1, true, {}},
});

const KnownCodec* find_known(const RouterCodec& codec) {
  for (const KnownCodec& known : kKnownCodecs) {
    if (mime_equals(known.mime_type, codec.mime_type) && known.clock_rate == codec.clock_rate &&
        codec.channels >= known.channels_min && codec.channels <= known.channels_max) {
      return &known;
    }
  }
  return nullptr;
}

// RFC 3551's dynamic range, in mediasoup's order, so that numbers agree with what clients are used
// to. 127 stays free: mediasoup-client's probator has it.
class DynamicPayloadTypes {
 public:
  std::optional<std::uint8_t> next() {
    if (next_ == 127) next_ = 96;
    if (next_ == 100 && taken_ > 0) return std::nullopt;
    ++taken_;
    return next_++;
  }

 private:
  std::uint8_t next_ = 100;
  int taken_ = 0;
};

std::vector<RtcpFeedback> feedback_of(const KnownCodec& known, MediaKind kind) {
  if (kind == MediaKind::kVideo) {
    return {{"nack", ""}, {"nack", "pli"}, {"ccm", "fir"}, {"goog-remb", ""}, {"transport-cc", ""}};
  }
  if (known.repaired) return {{"nack", ""}, {"transport-cc", ""}};
  return {{"transport-cc", ""}};
}

// H264 is told apart by its parameters, so they are always spelt out.
Parameters built_in_parameters(const KnownCodec& known) {
  if (known.mime_type != "video/H264") return {};
  return {{"level-asymmetry-allowed", std::int64_t{1}}, {"packetization-mode", std::int64_t{0}}};
}

Parameters merge(Parameters base, const Parameters& over) {
  for (const Parameter& parameter : over) {
    const auto at = std::ranges::find(base, parameter.name, &Parameter::name);
    if (at == base.end()) {
      base.push_back(parameter);
    } else {
      at->value = parameter.value;
    }
  }
  return base;
}

RtpCodecCapability rtx_for(std::uint8_t payload_type, std::uint8_t apt) {
  return {.kind = MediaKind::kVideo,
          .mime_type = "video/rtx",
          .clock_rate = 90000,
          .channels = 1,
          .preferred_payload_type = payload_type,
          .parameters = {{"apt", std::int64_t{apt}}},
          .rtcp_feedback = {}};
}

// Directions are the server's view: what it only receives it has no use for sending.
std::vector<RtpHeaderExtension> router_extensions() {
  using enum HeaderExtension;
  using enum MediaKind;
  using enum Direction;
  struct Offer {
    MediaKind kind;
    HeaderExtension extension;
    Direction direction;
  };
  constexpr std::array kOffers = std::to_array<Offer>({
      {kAudio, kMid, kSendRecv},
      {kVideo, kMid, kSendRecv},
      {kVideo, kRtpStreamId, kRecvOnly},
      {kVideo, kRepairedRtpStreamId, kRecvOnly},
      {kAudio, kAbsSendTime, kSendRecv},
      {kVideo, kAbsSendTime, kSendRecv},
      {kAudio, kTransportCc, kSendRecv},
      {kVideo, kTransportCc, kSendRecv},
      {kAudio, kAudioLevel, kSendRecv},
      {kVideo, kDependencyDescriptor, kRecvOnly},
      {kVideo, kVideoOrientation, kSendRecv},
      {kVideo, kTimestampOffset, kSendRecv},
      {kAudio, kAbsCaptureTime, kSendRecv},
      {kVideo, kAbsCaptureTime, kSendRecv},
      {kAudio, kPlayoutDelay, kSendRecv},
      {kVideo, kPlayoutDelay, kSendRecv},
      {kVideo, kLayersAllocation, kRecvOnly},
  });
  std::vector<RtpHeaderExtension> out;
  out.reserve(kOffers.size());
  for (const Offer& offer : kOffers) {
    out.push_back({.kind = offer.kind,
                   .uri = std::string(uri(offer.extension)),
                   .preferred_id = std::to_underlying(offer.extension),
                   .preferred_encrypt = false,
                   .direction = offer.direction});
  }
  return out;
}

bool offers(const RtpCapabilities& capabilities, const RtpCodecCapability& codec) {
  return std::ranges::any_of(capabilities.codecs, [&](const RtpCodecCapability& other) {
    return codecs_match(view(other), view(codec));
  });
}

// Adds the codec and, for video, its RTX.
Result<void> add_codec(RtpCapabilities& capabilities, const RouterCodec& codec,
                       DynamicPayloadTypes& dynamic) {
  const KnownCodec* known = find_known(codec);
  if (known == nullptr) {
    return fail(ErrorCode::kUnsupported,
                codec.mime_type + ": not a codec with this clock rate and number of channels");
  }
  const MediaKind kind = *kind_of(known->mime_type);
  RtpCodecCapability capability{.kind = kind,
                                .mime_type = std::string(known->mime_type),
                                .clock_rate = known->clock_rate,
                                .channels = codec.channels,
                                .preferred_payload_type = known->payload_type,
                                .parameters = merge(built_in_parameters(*known), codec.parameters),
                                .rtcp_feedback = feedback_of(*known, kind)};
  // Does not match even itself: its profile-level-id is not one.
  if (!codecs_match(view(capability), view(capability))) {
    return fail(ErrorCode::kInvalidArgument, codec.mime_type + ": unknown profile-level-id");
  }
  if (offers(capabilities, capability)) {
    return fail(ErrorCode::kConflict, codec.mime_type + ": the same codec twice");
  }
  if (!capability.preferred_payload_type) capability.preferred_payload_type = dynamic.next();
  std::optional<std::uint8_t> rtx;
  if (kind == MediaKind::kVideo) rtx = dynamic.next();
  if (!capability.preferred_payload_type || (kind == MediaKind::kVideo && !rtx)) {
    return fail(ErrorCode::kTooLarge, codec.mime_type + ": no dynamic payload type is left");
  }
  const std::uint8_t payload_type = *capability.preferred_payload_type;
  capabilities.codecs.push_back(std::move(capability));
  if (rtx) capabilities.codecs.push_back(rtx_for(*rtx, payload_type));
  return {};
}

}  // namespace

RouterCodecs default_router_codecs() {
  // Chromium starts at 300 kbit/s and takes seconds to reach a usable picture; a megabit is what
  // nearly every uplink carries, and congestion control takes over from there.
  const Parameter start_bitrate{"x-google-start-bitrate", std::int64_t{1000}};  // kbit/s
  return {
      {.mime_type = "audio/opus", .clock_rate = 48000, .channels = 2, .parameters = {}},
      {.mime_type = "video/VP8", .parameters = {start_bitrate}},
      {.mime_type = "video/H264",
       .parameters = {{"packetization-mode", std::int64_t{1}},
                      {"profile-level-id", "42e01f"},
                      {"level-asymmetry-allowed", std::int64_t{1}},
                      start_bitrate}},
      {.mime_type = "video/VP9", .parameters = {{"profile-id", std::int64_t{0}}}},
      {.mime_type = "video/AV1", .parameters = {}},
  };
}

Result<RtpCapabilities> router_capabilities(const RouterCodecs& codecs) {
  RtpCapabilities capabilities;
  DynamicPayloadTypes dynamic;
  for (const RouterCodec& codec : codecs) {
    if (const Result<void> added = add_codec(capabilities, codec, dynamic); !added) {
      return std::unexpected(added.error());
    }
  }
  capabilities.header_extensions = router_extensions();
  return capabilities;
}

}  // namespace confab::ortc
