#include "bench/janus/sdp.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ranges>
#include <variant>

namespace confab::bench {
namespace {

using Words = std::vector<std::string_view>;

std::string_view kind_name(ortc::MediaKind kind) {
  return kind == ortc::MediaKind::kAudio ? "audio" : "video";
}

Words split(std::string_view text, char separator) {
  Words out;
  for (const auto word : std::views::split(text, separator))
    out.emplace_back(word.begin(), word.end());
  return out;
}

template <typename T>
bool read_number(std::string_view text, T& out) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  return read.ec == std::errc() && read.ptr == end;
}

// ---- writing ----

template <typename... Args>
void line(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
  out += "\r\n";
}

void write_codec(std::string& out, const ortc::RtpCodecParameters& codec) {
  const std::string_view name = split(codec.mime_type, '/').back();
  const std::string channels = codec.channels ? fmt::format("/{}", *codec.channels) : "";
  line(out, "a=rtpmap:{} {}/{}{}", codec.payload_type, name, codec.clock_rate, channels);
  std::string parameters;
  for (const ortc::Parameter& parameter : codec.parameters) {
    if (!parameters.empty()) parameters += ';';
    std::visit(
        [&](const auto& value) { parameters += fmt::format("{}={}", parameter.name, value); },
        parameter.value);
  }
  if (!parameters.empty()) line(out, "a=fmtp:{} {}", codec.payload_type, parameters);
  for (const ortc::RtcpFeedback& feedback : codec.rtcp_feedback) {
    line(out, "a=rtcp-fb:{} {}{}{}", codec.payload_type, feedback.type,
         feedback.parameter.empty() ? "" : " ", feedback.parameter);
  }
}

void write_section(std::string& out, const MediaSection& section, SdpDirection direction) {
  const ortc::RtpParameters& parameters = section.parameters;
  std::string payload_types;
  for (const auto& codec : parameters.codecs) {
    payload_types += fmt::format(" {}", codec.payload_type);
  }
  line(out, "m={} 9 UDP/TLS/RTP/SAVPF{}", kind_name(section.kind), payload_types);
  line(out, "c=IN IP4 0.0.0.0");
  line(out, "a=mid:{}", *parameters.mid);
  line(out, "a={}", direction == SdpDirection::kSendOnly ? "sendonly" : "recvonly");
  line(out, "a=rtcp-mux");
  for (const auto& codec : parameters.codecs) write_codec(out, codec);
  for (const auto& extension : parameters.header_extensions) {
    line(out, "a=extmap:{} {}", extension.id, extension.uri);
  }
  if (direction == SdpDirection::kReceiveOnly) return;
  const ortc::RtpEncoding& encoding = parameters.encodings.front();
  const std::uint32_t rtx = encoding.rtx_ssrc.value_or(0);
  if (rtx != 0) line(out, "a=ssrc-group:FID {} {}", *encoding.ssrc, rtx);
  line(out, "a=ssrc:{} cname:{}", *encoding.ssrc, parameters.rtcp.cname);
  if (rtx != 0) line(out, "a=ssrc:{} cname:{}", rtx, parameters.rtcp.cname);
}

// Stands in a section of media: Janus passes over it at the top.
void write_candidate(std::string& out, const Endpoint& candidate) {
  constexpr std::uint32_t kHostPriority = 2'130'706'431;
  line(out, "a=candidate:1 1 udp {} {} {} typ host", kHostPriority, candidate.address.to_string(),
       candidate.port);
  line(out, "a=end-of-candidates");
}

// ---- reading ----

ortc::RtpCodecParameters* find_codec(ortc::RtpParameters& parameters, std::string_view type) {
  std::uint8_t payload_type = 0;
  if (!read_number(type, payload_type)) return nullptr;
  const auto found =
      std::ranges::find(parameters.codecs, payload_type, &ortc::RtpCodecParameters::payload_type);
  return found != parameters.codecs.end() ? &*found : nullptr;
}

// a=rtpmap:96 VP8/90000
bool read_rtpmap(const Words& words, MediaSection& section) {
  if (words.size() != 2) return false;
  const Words parts = split(words[1], '/');
  ortc::RtpCodecParameters codec;
  if (parts.size() < 2 || !read_number(words[0], codec.payload_type) ||
      !read_number(parts[1], codec.clock_rate)) {
    return false;
  }
  codec.mime_type = fmt::format("{}/{}", kind_name(section.kind), parts[0]);
  std::uint8_t channels = 0;
  if (parts.size() > 2 && read_number(parts[2], channels)) codec.channels = channels;
  section.parameters.codecs.push_back(std::move(codec));
  return true;
}

// a=fmtp:97 apt=96
bool read_fmtp(const Words& words, MediaSection& section) {
  ortc::RtpCodecParameters* const codec = find_codec(section.parameters, words[0]);
  if (codec == nullptr || words.size() < 2) return false;
  for (const std::string_view pair : split(words[1], ';')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    std::int64_t number = 0;
    const std::string_view value = pair.substr(equals + 1);
    codec->parameters.push_back(
        {std::string(pair.substr(0, equals)),
         read_number(value, number) ? ortc::ParameterValue(number) : std::string(value)});
  }
  return true;
}

bool read_feedback(const Words& words, MediaSection& section) {
  ortc::RtpCodecParameters* const codec = find_codec(section.parameters, words[0]);
  if (codec == nullptr || words.size() < 2) return false;
  codec->rtcp_feedback.push_back(
      {std::string(words[1]), words.size() > 2 ? std::string(words[2]) : std::string()});
  return true;
}

bool read_extmap(const Words& words, MediaSection& section) {
  ortc::RtpHeaderExtensionParameters extension;
  // "3/sendonly" is 3.
  if (words.size() < 2 || !read_number(split(words[0], '/').front(), extension.id)) return false;
  extension.uri = words[1];
  section.parameters.header_extensions.push_back(std::move(extension));
  return true;
}

// a=ssrc:1234 cname:x, and a=ssrc-group:FID 1234 5678, which stands before it.
bool read_ssrc(const Words& words, bool is_group, MediaSection& section) {
  auto& encodings = section.parameters.encodings;
  const std::size_t needed = is_group ? 3 : 1;
  std::uint32_t ssrc = 0;
  std::uint32_t rtx = 0;
  if (words.size() < needed || !read_number(words[is_group ? 1 : 0], ssrc)) return false;
  if (is_group && !read_number(words[2], rtx)) return false;
  if (encodings.empty()) encodings.push_back({.ssrc = ssrc});
  if (is_group) encodings.front() = {.ssrc = ssrc, .rtx_ssrc = rtx};
  return true;
}

// a=candidate:1 1 udp 2015363327 10.98.0.1 41234 typ host
void read_candidate(const Words& words, Description& description) {
  if (words.size() < 6 || description.candidate || (words[2] != "udp" && words[2] != "UDP")) return;
  const auto address = IpAddress::parse(words[4]);
  std::uint16_t port = 0;
  if (address && read_number(words[5], port)) description.candidate = Endpoint{*address, port};
}

bool read_transport(std::string_view name, const Words& words, Description& description) {
  if (name == "ice-ufrag") description.ice.username_fragment = words[0];
  if (name == "ice-pwd") description.ice.password = words[0];
  if (name == "candidate") read_candidate(words, description);
  if (name == "fingerprint") {
    if (words.size() != 2) return false;
    if (description.fingerprints.empty()) {
      description.fingerprints.push_back({std::string(words[0]), std::string(words[1])});
    }
  }
  return true;
}

bool read_media(std::string_view name, const Words& words, MediaSection& section) {
  if (name == "mid") section.parameters.mid = words[0];
  if (name == "rtpmap") return read_rtpmap(words, section);
  if (name == "fmtp") return read_fmtp(words, section);
  if (name == "rtcp-fb") return read_feedback(words, section);
  if (name == "extmap") return read_extmap(words, section);
  if (name == "ssrc") return read_ssrc(words, false, section);
  if (name == "ssrc-group" && words[0] == "FID") return read_ssrc(words, true, section);
  return true;
}

bool read_line(std::string_view text, Description& description) {
  if (text.starts_with("m=")) {
    if (!text.starts_with("m=audio") && !text.starts_with("m=video")) return false;
    description.media.push_back(
        {text.starts_with("m=audio") ? ortc::MediaKind::kAudio : ortc::MediaKind::kVideo, {}});
    return true;
  }
  const std::size_t colon = text.find(':');
  if (!text.starts_with("a=") || colon == std::string_view::npos) return true;
  const std::string_view name = text.substr(2, colon - 2);
  const Words words = split(text.substr(colon + 1), ' ');
  return read_transport(name, words, description) &&
         (description.media.empty() || read_media(name, words, description.media.back()));
}

}  // namespace

std::string write_description(const Description& description, SdpDirection direction) {
  std::string mids;
  for (const MediaSection& section : description.media) mids += " " + *section.parameters.mid;
  std::string out;
  line(out, "v=0");
  line(out, "o=- 1 1 IN IP4 127.0.0.1");
  line(out, "s=-");
  line(out, "t=0 0");
  line(out, "a=group:BUNDLE{}", mids);
  line(out, "a=ice-ufrag:{}", description.ice.username_fragment);
  line(out, "a=ice-pwd:{}", description.ice.password);
  for (const ortc::DtlsFingerprint& fingerprint : description.fingerprints) {
    line(out, "a=fingerprint:{} {}", fingerprint.algorithm, fingerprint.value);
  }
  line(out, "a=setup:active");
  for (const MediaSection& section : description.media) {
    write_section(out, section, direction);
    if (description.candidate) write_candidate(out, *description.candidate);
  }
  return out;
}

Result<Description> read_description(std::string_view sdp) {
  Description description;
  for (std::string_view text : split(sdp, '\n')) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!read_line(text, description)) {
      return fail(ErrorCode::kInvalidArgument, "SDP: " + std::string(text));
    }
  }
  return description;
}

}  // namespace confab::bench
