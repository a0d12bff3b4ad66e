#include "rtc/ortc/ortc.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "rtc/ortc/codec.h"
#include "rtc/ortc/h264_profile.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/ortc/scalability_mode.h"

namespace confab::ortc {
namespace {

constexpr std::uint32_t kSsrcMin = 100'000'000;
constexpr std::uint32_t kSsrcMax = 999'999'999;

const RtpCodecCapability* find_match(const RtpCapabilities& capabilities,
                                     const RtpCodecParameters& codec) {
  for (const RtpCodecCapability& capability : capabilities.codecs) {
    if (codecs_match(view(codec), view(capability))) return &capability;
  }
  return nullptr;
}

const RtpCodecCapability* find_payload_type(const RtpCapabilities& capabilities,
                                            std::uint8_t payload_type) {
  const auto at = std::ranges::find(capabilities.codecs, payload_type,
                                    &RtpCodecCapability::preferred_payload_type);
  return at != capabilities.codecs.end() ? &*at : nullptr;
}

const RtpCodecCapability* find_rtx(const RtpCapabilities& capabilities, std::uint8_t payload_type) {
  for (const RtpCodecCapability& capability : capabilities.codecs) {
    if (is_rtx(capability.mime_type) &&
        integer_parameter(capability.parameters, "apt") == payload_type) {
      return &capability;
    }
  }
  return nullptr;
}

std::unexpected<Error> unsupported(const RtpCodecParameters& codec) {
  return fail(ErrorCode::kUnsupported, "Unsupported codec " + codec.mime_type + ", payload type " +
                                           std::to_string(codec.payload_type));
}

Result<std::vector<CodecMapping>> codec_mapping(const RtpParameters& parameters,
                                                const RtpCapabilities& router) {
  std::vector<CodecMapping> mapping;
  mapping.reserve(parameters.codecs.size());
  for (const RtpCodecParameters& codec : parameters.codecs) {
    if (is_rtx(codec.mime_type)) continue;
    const RtpCodecCapability* matched = find_match(router, codec);
    if (matched == nullptr) return unsupported(codec);
    mapping.push_back({codec.payload_type, *matched->preferred_payload_type});
    const std::optional<std::size_t> rtx = ortc::find_rtx(parameters, codec.payload_type);
    if (!rtx) continue;
    const RtpCodecCapability* router_rtx = find_rtx(router, *matched->preferred_payload_type);
    if (router_rtx == nullptr) return unsupported(parameters.codecs[*rtx]);
    mapping.push_back({parameters.codecs[*rtx].payload_type, *router_rtx->preferred_payload_type});
  }
  return mapping;
}

// What the publisher sends, in the router's words. Its level is the one RFC 6184 lets both use.
RtpCodecParameters consumable_codec(const RtpCodecParameters& codec,
                                    const RtpCodecCapability& router) {
  RtpCodecParameters out{.mime_type = router.mime_type,
                         .payload_type = *router.preferred_payload_type,
                         .clock_rate = router.clock_rate,
                         .channels = {},
                         .parameters = codec.parameters,
                         .rtcp_feedback = router.rtcp_feedback};
  if (router.kind == MediaKind::kAudio) out.channels = router.channels;
  if (!mime_equals(router.mime_type, "video/H264")) return out;
  const auto level = negotiated_profile_level_id(codec.parameters, router.parameters);
  if (!level) return out;
  const auto at = std::ranges::find(out.parameters, "profile-level-id", &Parameter::name);
  if (at != out.parameters.end()) {
    at->value = *level;
  } else {
    out.parameters.push_back({"profile-level-id", *level});
  }
  return out;
}

RtpCodecParameters rtx_codec(const RtpCodecCapability& router) {
  return {.mime_type = router.mime_type,
          .payload_type = *router.preferred_payload_type,
          .clock_rate = router.clock_rate,
          .channels = {},
          .parameters = router.parameters,
          .rtcp_feedback = router.rtcp_feedback};
}

std::vector<RtpHeaderExtensionParameters> consumable_extensions(MediaKind kind,
                                                                const RtpParameters& parameters,
                                                                const RtpCapabilities& router) {
  std::vector<RtpHeaderExtensionParameters> out;
  for (const RtpHeaderExtension& extension : router.header_extensions) {
    const bool sent =
        extension.direction == Direction::kSendRecv || extension.direction == Direction::kSendOnly;
    if (extension.kind != kind || !sent) continue;
    // Capture times cannot be made up here; every other extension is written by us.
    if (extension.uri == uri(HeaderExtension::kAbsCaptureTime) &&
        !extension_id(parameters, HeaderExtension::kAbsCaptureTime)) {
      continue;
    }
    out.push_back({.uri = extension.uri,
                   .id = extension.preferred_id,
                   .encrypt = extension.preferred_encrypt,
                   .parameters = {}});
  }
  return out;
}

// The subscriber's codecs in our numbers: those of the consumable that it can decode, with the
// feedback it gives. RTX stays only with the codec it repairs.
std::vector<RtpCodecParameters> consumer_codecs(const RtpParameters& consumable,
                                                const RtpCapabilities& device, bool rtx) {
  std::vector<RtpCodecParameters> kept;
  for (const RtpCodecParameters& codec : consumable.codecs) {
    if (is_rtx(codec.mime_type) && !rtx) continue;
    const RtpCodecCapability* matched = find_match(device, codec);
    if (matched == nullptr) continue;
    RtpCodecParameters& out = kept.emplace_back(codec);
    out.rtcp_feedback = matched->rtcp_feedback;
    if (!rtx) std::erase(out.rtcp_feedback, RtcpFeedback{"nack", ""});
  }
  const auto has_media = [media = kept](const std::optional<std::int64_t>& payload_type) {
    return std::ranges::any_of(media, [&](const RtpCodecParameters& codec) {
      return !is_rtx(codec.mime_type) && codec.payload_type == payload_type;
    });
  };
  std::erase_if(kept, [&](const RtpCodecParameters& codec) {
    return is_rtx(codec.mime_type) && !has_media(integer_parameter(codec.parameters, "apt"));
  });
  return kept;
}

std::vector<RtpHeaderExtensionParameters> consumer_extensions(const RtpParameters& consumable,
                                                              const RtpCapabilities& device) {
  std::vector<RtpHeaderExtensionParameters> out = consumable.header_extensions;
  std::erase_if(out, [&](const RtpHeaderExtensionParameters& extension) {
    return std::ranges::none_of(device.header_extensions, [&](const RtpHeaderExtension& known) {
      return known.preferred_id == extension.id && known.uri == extension.uri;
    });
  });
  return out;
}

// One way of estimating bandwidth: transport-cc where the packets can carry its sequence number,
// else REMB where they carry a send time, else none.
void choose_congestion_feedback(RtpParameters& consumer) {
  const bool transport_cc = extension_id(consumer, HeaderExtension::kTransportCc).has_value();
  const bool remb = !transport_cc && extension_id(consumer, HeaderExtension::kAbsSendTime);
  for (RtpCodecParameters& codec : consumer.codecs) {
    std::erase_if(codec.rtcp_feedback, [&](const RtcpFeedback& feedback) {
      return (feedback.type == "transport-cc" && !transport_cc) ||
             (feedback.type == "goog-remb" && !remb);
    });
  }
}

// The subscriber sees one stream, whatever the number of encodings behind it.
RtpEncoding consumer_encoding(const RtpParameters& consumable, bool rtx, std::uint32_t ssrc) {
  RtpEncoding out;
  out.ssrc = ssrc;
  if (rtx) out.rtx_ssrc = ssrc + 1;
  const std::vector<RtpEncoding>& encodings = consumable.encodings;
  out.scalability_mode = encodings.front().scalability_mode;
  if (encodings.size() > 1) {
    const ScalabilityMode mode = parse_scalability_mode(out.scalability_mode.value_or(""));
    out.scalability_mode =
        "L" + std::to_string(encodings.size()) + "T" + std::to_string(mode.temporal_layers);
  }
  for (const RtpEncoding& encoding : encodings) {
    if (encoding.max_bitrate) {
      out.max_bitrate = std::max(out.max_bitrate.value_or(0), *encoding.max_bitrate);
    }
  }
  return out;
}

}  // namespace

std::optional<std::uint8_t> ProducerMapping::mapped_payload_type(std::uint8_t payload_type) const {
  for (const CodecMapping& codec : codecs) {
    if (codec.payload_type == payload_type) return codec.mapped_payload_type;
  }
  return std::nullopt;
}

Result<ProducerMapping> producer_mapping(const RtpParameters& parameters,
                                         const RtpCapabilities& router, Random& random) {
  Result<std::vector<CodecMapping>> codecs = codec_mapping(parameters, router);
  if (!codecs) return std::unexpected(codecs.error());
  ProducerMapping mapping{.codecs = *std::move(codecs), .encodings = {}};
  const auto count = static_cast<std::uint32_t>(parameters.encodings.size());
  std::uint32_t ssrc = random.between(kSsrcMin, kSsrcMax - count);
  for (const RtpEncoding& encoding : parameters.encodings) {
    mapping.encodings.push_back({.rid = encoding.rid,
                                 .ssrc = encoding.ssrc,
                                 .scalability_mode = encoding.scalability_mode,
                                 .mapped_ssrc = ssrc++});
  }
  return mapping;
}

ProducerType producer_type(const RtpParameters& parameters) {
  if (parameters.encodings.size() > 1) return ProducerType::kSimulcast;
  const ScalabilityMode mode =
      parse_scalability_mode(parameters.encodings.front().scalability_mode.value_or(""));
  if (mode.spatial_layers == 1 && mode.temporal_layers == 1) return ProducerType::kSimple;
  return supports_svc(parameters.codecs.front().mime_type) ? ProducerType::kSvc
                                                           : ProducerType::kSimulcast;
}

RtpParameters consumable_parameters(MediaKind kind, const RtpParameters& parameters,
                                    const RtpCapabilities& router, const ProducerMapping& mapping) {
  CHECK(mapping.encodings.size() == parameters.encodings.size());
  RtpParameters out;
  for (const RtpCodecParameters& codec : parameters.codecs) {
    const std::optional<std::uint8_t> mapped = mapping.mapped_payload_type(codec.payload_type);
    if (is_rtx(codec.mime_type) || !mapped) continue;
    const RtpCodecCapability* capability = find_payload_type(router, *mapped);
    CHECK(capability != nullptr);
    out.codecs.push_back(consumable_codec(codec, *capability));
    // Whether the publisher repairs or not, we can towards the subscribers.
    if (const RtpCodecCapability* rtx = find_rtx(router, *mapped)) {
      out.codecs.push_back(rtx_codec(*rtx));
    }
  }
  out.header_extensions = consumable_extensions(kind, parameters, router);
  out.encodings = parameters.encodings;
  for (std::size_t i = 0; i < out.encodings.size(); ++i) {
    out.encodings[i].rid.reset();
    out.encodings[i].rtx_ssrc.reset();
    out.encodings[i].codec_payload_type.reset();
    out.encodings[i].ssrc = mapping.encodings[i].mapped_ssrc;
  }
  out.rtcp = {.cname = parameters.rtcp.cname, .reduced_size = true};
  out.msid = parameters.msid;
  return out;
}

const std::string& Cname::settle(const std::string& from_producer, Random& random) {
  if (value_.empty()) value_ = from_producer.empty() ? random.alphanumeric(8) : from_producer;
  return value_;
}

SsrcAllocator::SsrcAllocator(Random& random)
    // Even, so that pairs cannot overlap.
    : next_(random.between(kSsrcMin / 2, kSsrcMax / 2) * 2) {}

std::uint32_t SsrcAllocator::next() {
  const std::uint32_t ssrc = next_;
  next_ = ssrc + 2 < kSsrcMax ? ssrc + 2 : kSsrcMin;
  return ssrc;
}

bool can_consume(const RtpParameters& consumable, const RtpCapabilities& device) {
  const auto first = std::ranges::find_if(consumable.codecs, [&](const RtpCodecParameters& codec) {
    return find_match(device, codec) != nullptr;
  });
  return first != consumable.codecs.end() && !is_rtx(first->mime_type);
}

Result<RtpParameters> consumer_parameters(const RtpParameters& consumable,
                                          const RtpCapabilities& device,
                                          const ConsumerOptions& options, SsrcAllocator& ssrcs) {
  CHECK(!consumable.encodings.empty() && !consumable.codecs.empty());
  const bool is_video = kind_of(consumable.codecs.front().mime_type) == MediaKind::kVideo;
  RtpParameters out;
  out.codecs = consumer_codecs(consumable, device, options.rtx.value_or(is_video));
  if (out.codecs.empty() || is_rtx(out.codecs.front().mime_type)) {
    return fail(ErrorCode::kUnsupported,
                "the device cannot decode " + consumable.codecs.front().mime_type);
  }
  out.header_extensions = consumer_extensions(consumable, device);
  choose_congestion_feedback(out);
  const bool has_rtx = std::ranges::any_of(
      out.codecs, [](const RtpCodecParameters& codec) { return is_rtx(codec.mime_type); });
  out.encodings.push_back(consumer_encoding(consumable, has_rtx, ssrcs.next()));
  out.mid = options.mid;
  out.rtcp = consumable.rtcp;
  out.msid = consumable.msid;
  return out;
}

}  // namespace confab::ortc
