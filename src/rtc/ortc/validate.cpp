#include "rtc/ortc/validate.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "rtc/ortc/codec.h"
#include "rtc/ortc/h264_profile.h"
#include "rtc/ortc/header_extension.h"

namespace confab::ortc {
namespace {

std::unexpected<Error> bad(const std::string& path, std::string_view why,
                           ErrorCode code = ErrorCode::kInvalidArgument) {
  return fail(code, path + ": " + std::string(why));
}

std::string at(const std::string& path, std::string_view list, std::size_t index) {
  return path + "." + std::string(list) + "[" + std::to_string(index) + "]";
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
// RFC 4566 §9: what an SDP token is made of.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`{|}~").contains(c);
  });
}
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<void> check_text(const std::string& path, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return bad(path, "longer than " + std::to_string(bytes_max) + " bytes", ErrorCode::kTooLarge);
  }
  if (!is_printable(text)) return bad(path, "expected printable ASCII");
  return {};
}

Result<void> check_token(const std::string& path, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return bad(path, "longer than " + std::to_string(bytes_max) + " bytes", ErrorCode::kTooLarge);
  }
  if (!is_token(text)) return bad(path, "expected letters, digits or !#$%&'*+-.^_`{|}~");
  return {};
}

Result<void> check_count(const std::string& path, std::size_t count, std::size_t max) {
  if (count > max) {
    return bad(path, "more than " + std::to_string(max) + " entries", ErrorCode::kTooLarge);
  }
  return {};
}

Result<void> check_parameters(const std::string& path, const Parameters& parameters) {
  if (auto ok = check_count(path, parameters.size(), kCodecParametersMax); !ok) return ok;
  for (const Parameter& parameter : parameters) {
    if (auto ok = check_token(path, parameter.name, kNameBytesMax); !ok) return ok;
    const auto* text = std::get_if<std::string>(&parameter.value);
    if (text == nullptr) continue;
    const std::string name = path + "." + parameter.name;
    if (auto ok = check_text(name, *text, kParameterBytesMax); !ok) return ok;
    // A subscriber's fmtp line separates parameters by ";".
    if (text->contains(';')) return bad(name, "must not contain ';'");
  }
  return {};
}

Result<void> check_feedback(const std::string& path, const std::vector<RtcpFeedback>& feedback) {
  if (auto ok = check_count(path, feedback.size(), kRtcpFeedbackMax); !ok) return ok;
  for (std::size_t i = 0; i < feedback.size(); ++i) {
    const std::string entry = path + "[" + std::to_string(i) + "]";
    if (auto ok = check_token(entry + ".type", feedback[i].type, kNameBytesMax); !ok) return ok;
    if (auto ok = check_text(entry + ".parameter", feedback[i].parameter, kNameBytesMax); !ok) {
      return ok;
    }
  }
  return {};
}

// What a codec has in a capability and in a parameter alike.
template <typename Codec>
Result<void> check_codec(const std::string& path, const Codec& codec) {
  if (codec.mime_type.size() > kNameBytesMax) {
    return bad(path + ".mimeType", "too long", ErrorCode::kTooLarge);
  }
  const std::string_view mime = codec.mime_type;
  if (!kind_of(mime) || !is_token(mime.substr(mime.find('/') + 1))) {
    return bad(path + ".mimeType", "expected audio/... or video/...");
  }
  if (codec.clock_rate == 0) return bad(path + ".clockRate", "must not be 0");
  if (auto ok = check_parameters(path + ".parameters", codec.parameters); !ok) return ok;
  if (auto ok = check_feedback(path + ".rtcpFeedback", codec.rtcp_feedback); !ok) return ok;
  return {};
}

Result<void> check_capability(const std::string& path, const RtpCodecCapability& codec) {
  if (auto ok = check_codec(path, codec); !ok) return ok;
  if (kind_of(codec.mime_type) != codec.kind) {
    return bad(path + ".kind", "does not fit the mimeType");
  }
  if (codec.channels == 0) return bad(path + ".channels", "must not be 0");
  if (codec.preferred_payload_type.value_or(0) > 127) {
    return bad(path + ".preferredPayloadType", "expected 0-127");
  }
  return {};
}

bool has_media_codec(const RtpParameters& parameters, std::int64_t payload_type) {
  return std::ranges::any_of(parameters.codecs, [&](const RtpCodecParameters& codec) {
    return codec.payload_type == payload_type && !is_rtx(codec.mime_type);
  });
}

// What the codec needs its parameters for. A capability that lacks them just matches nothing.
Result<void> check_required_parameters(const std::string& path, const RtpParameters& parameters,
                                       const RtpCodecParameters& codec) {
  const std::string name = path + ".parameters";
  if (mime_equals(codec.mime_type, "video/H264") && !h264_profile_level(codec.parameters)) {
    return bad(name + ".profile-level-id", "not a known profile and level",
               ErrorCode::kUnsupported);
  }
  if (!is_rtx(codec.mime_type)) return {};
  const std::optional<std::int64_t> apt = integer_parameter(codec.parameters, "apt");
  if (!apt || !has_media_codec(parameters, *apt)) {
    return bad(name + ".apt", "expected the payload type of a media codec of this list");
  }
  return {};
}

Result<void> check_payload_type(const std::string& path, std::uint8_t payload_type) {
  if (payload_type > 127) return bad(path, "expected 0-127");
  // RFC 5761 §4: with the marker bit these cannot be told from RTCP.
  if (payload_type >= 64 && payload_type <= 95) return bad(path, "64-95 collide with RTCP");
  return {};
}

Result<void> check_codecs(const std::string& path, const RtpParameters& parameters,
                          MediaKind kind) {
  const std::vector<RtpCodecParameters>& codecs = parameters.codecs;
  if (codecs.empty()) return bad(path + ".codecs", "expected at least one");
  if (auto ok = check_count(path + ".codecs", codecs.size(), kCodecsMax); !ok) return ok;
  std::bitset<128> seen;
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    const std::string entry = at(path, "codecs", i);
    const RtpCodecParameters& codec = codecs[i];
    if (auto ok = check_codec(entry, codec); !ok) return ok;
    if (kind_of(codec.mime_type) != kind) {
      return bad(entry + ".mimeType", "does not fit the kind");
    }
    if (codec.channels == 0) return bad(entry + ".channels", "must not be 0");
    const std::string payload_type = entry + ".payloadType";
    if (auto ok = check_payload_type(payload_type, codec.payload_type); !ok) return ok;
    if (seen.test(codec.payload_type)) return bad(payload_type, "used twice");
    seen.set(codec.payload_type);
    if (auto ok = check_required_parameters(entry, parameters, codec); !ok) return ok;
  }
  if (is_rtx(codecs.front().mime_type)) {
    return bad(at(path, "codecs", 0) + ".mimeType", "a media codec comes first");
  }
  return {};
}

Result<void> check_extensions(const std::string& path, const RtpParameters& parameters) {
  const auto& extensions = parameters.header_extensions;
  if (auto ok = check_count(path + ".headerExtensions", extensions.size(), kHeaderExtensionsMax);
      !ok) {
    return ok;
  }
  std::bitset<256> seen;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const std::string entry = at(path, "headerExtensions", i);
    const RtpHeaderExtensionParameters& extension = extensions[i];
    if (extension.uri.empty()) return bad(entry + ".uri", "must not be empty");
    if (auto ok = check_text(entry + ".uri", extension.uri, kUriBytesMax); !ok) return ok;
    if (extension.id == 0) return bad(entry + ".id", "expected 1-255");
    if (seen.test(extension.id)) return bad(entry + ".id", "used twice");
    seen.set(extension.id);
    if (extension.encrypt) {  // RFC 6904; no browser sends it
      return bad(entry + ".encrypt", "encrypted header extensions are not supported",
                 ErrorCode::kUnsupported);
    }
    if (auto ok = check_parameters(entry + ".parameters", extension.parameters); !ok) return ok;
  }
  return {};
}

bool is_rid(std::string_view text) {  // RFC 8852 §3: letters and digits; browsers add - and _
  return !text.empty() && text.size() <= kRidBytesMax && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_';
  });
}

// A single encoding may do without ssrc and rid: the MID alone tells whose packets they are.
Result<void> check_encoding(const std::string& path, const RtpParameters& parameters,
                            const RtpEncoding& encoding) {
  if (encoding.rid) {
    if (!is_rid(*encoding.rid)) {
      return bad(path + ".rid", "expected 1-16 letters, digits, '-' or '_'");
    }
    if (!encoding.ssrc && !extension_id(parameters, HeaderExtension::kRtpStreamId)) {
      return bad(path + ".rid", "needs the rtp-stream-id header extension");
    }
  }
  const bool known_by_mid = parameters.encodings.size() == 1 && parameters.mid &&
                            extension_id(parameters, HeaderExtension::kMid);
  if (!encoding.rid && !encoding.ssrc && !known_by_mid) {
    return bad(path, "expected an ssrc or a rid");
  }
  if (encoding.codec_payload_type && !has_media_codec(parameters, *encoding.codec_payload_type)) {
    return bad(path + ".codecPayloadType", "names no media codec of this list");
  }
  if (encoding.scalability_mode) {
    return check_token(path + ".scalabilityMode", *encoding.scalability_mode, kNameBytesMax);
  }
  return {};
}

template <typename T>
bool has(const std::vector<T>& seen, const T& value) {
  return std::ranges::find(seen, value) != seen.end();
}

Result<void> check_encodings(const std::string& path, const RtpParameters& parameters) {
  const std::vector<RtpEncoding>& encodings = parameters.encodings;
  if (encodings.empty()) return bad(path + ".encodings", "expected at least one");
  if (auto ok = check_count(path + ".encodings", encodings.size(), limits::kEncodingsPerProducer);
      !ok) {
    return ok;
  }
  std::vector<std::uint32_t> ssrcs;
  std::vector<std::string_view> rids;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    const std::string entry = at(path, "encodings", i);
    if (auto ok = check_encoding(entry, parameters, encodings[i]); !ok) return ok;
    for (const auto& ssrc : {encodings[i].ssrc, encodings[i].rtx_ssrc}) {
      if (!ssrc) continue;
      if (has(ssrcs, *ssrc)) return bad(entry + ".ssrc", "used twice");
      ssrcs.push_back(*ssrc);
    }
    if (!encodings[i].rid) continue;
    if (has(rids, std::string_view(*encodings[i].rid))) return bad(entry + ".rid", "used twice");
    rids.push_back(*encodings[i].rid);
  }
  return {};
}

struct Hash {
  std::string_view name;
  std::size_t bytes;
};
// RFC 8122 §5 allows more; what is left out is broken (md2, md5) or on its way there (sha-1).
constexpr std::array kHashes =
    std::to_array<Hash>({{"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}});

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// "AB:CD:...": pairs of hex digits, a colon between each two.
bool is_fingerprint(std::string_view text, std::size_t bytes) {
  if (text.size() != bytes * 3 - 1) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) return false;
  }
  return true;
}

Result<void> check_fingerprint(const std::string& path, const DtlsFingerprint& fingerprint) {
  const auto hash = std::ranges::find_if(
      kHashes, [&](const Hash& h) { return mime_equals(h.name, fingerprint.algorithm); });
  if (hash == kHashes.end()) {
    return bad(path + ".algorithm", "expected sha-256, sha-384, sha-512 or sha-224",
               ErrorCode::kUnsupported);
  }
  if (!is_fingerprint(fingerprint.value, hash->bytes)) {
    return bad(path + ".value", "expected " + std::to_string(hash->bytes) +
                                    " pairs of hex digits with colons between");
  }
  return {};
}

}  // namespace

Result<void> validate(const RtpCapabilities& capabilities) {
  const std::string path = "rtpCapabilities";
  if (auto ok = check_count(path + ".codecs", capabilities.codecs.size(), kCodecsMax); !ok) {
    return ok;
  }
  for (std::size_t i = 0; i < capabilities.codecs.size(); ++i) {
    if (auto ok = check_capability(at(path, "codecs", i), capabilities.codecs[i]); !ok) return ok;
  }
  const auto& extensions = capabilities.header_extensions;
  if (auto ok = check_count(path + ".headerExtensions", extensions.size(), kHeaderExtensionsMax);
      !ok) {
    return ok;
  }
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const std::string entry = at(path, "headerExtensions", i);
    if (auto ok = check_text(entry + ".uri", extensions[i].uri, kUriBytesMax); !ok) return ok;
    if (extensions[i].preferred_id == 0) return bad(entry + ".preferredId", "expected 1-255");
  }
  return {};
}

Result<void> validate(const RtpParameters& parameters, MediaKind kind) {
  const std::string path = "rtpParameters";
  if (parameters.mid) {
    if (auto ok = check_token(path + ".mid", *parameters.mid, kMidBytesMax); !ok) return ok;
  }
  if (auto ok = check_codecs(path, parameters, kind); !ok) return ok;
  if (auto ok = check_extensions(path, parameters); !ok) return ok;
  if (auto ok = check_encodings(path, parameters); !ok) return ok;
  if (auto ok = check_text(path + ".rtcp.cname", parameters.rtcp.cname, kCnameBytesMax); !ok) {
    return ok;
  }
  if (parameters.msid) return check_text(path + ".msid", *parameters.msid, kMsidBytesMax);
  return {};
}

Result<void> validate(const DtlsParameters& parameters) {
  const std::string path = "dtlsParameters";
  if (parameters.fingerprints.empty()) return bad(path + ".fingerprints", "expected at least one");
  if (auto ok =
          check_count(path + ".fingerprints", parameters.fingerprints.size(), kFingerprintsMax);
      !ok) {
    return ok;
  }
  for (std::size_t i = 0; i < parameters.fingerprints.size(); ++i) {
    const std::string entry = at(path, "fingerprints", i);
    if (auto ok = check_fingerprint(entry, parameters.fingerprints[i]); !ok) return ok;
  }
  return {};
}

}  // namespace confab::ortc
