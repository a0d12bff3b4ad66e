#include "sfu/stream_demux.h"

#include <algorithm>

#include "rtc/ortc/codec.h"
#include "rtc/rtp/extensions.h"

namespace confab::sfu {

using ortc::HeaderExtension;

bool StreamDemux::Source::is_rtx(std::uint8_t payload_type) const {
  return std::ranges::find(rtx_payload_types, payload_type) != rtx_payload_types.end();
}

std::optional<std::uint8_t> StreamDemux::Source::encoding_of(std::string_view rid) const {
  const auto it = std::ranges::find(rids, rid);
  if (it == rids.end()) return std::nullopt;
  return static_cast<std::uint8_t>(it - rids.begin());
}

std::expected<void, DemuxError> StreamDemux::add(ProducerSlot producer,
                                                 const ortc::RtpParameters& parameters) {
  const std::string mid = parameters.mid.value_or("");
  if (!mid.empty() && std::ranges::find(sources_, mid, &Source::mid) != sources_.end()) {
    return std::unexpected(DemuxError::kMidTaken);
  }
  for (const ortc::RtpEncoding& encoding : parameters.encodings) {
    for (const auto& ssrc : {encoding.ssrc, encoding.rtx_ssrc}) {
      if (ssrc && by_ssrc_.contains({*ssrc})) return std::unexpected(DemuxError::kSsrcTaken);
    }
  }

  Source source{producer, mid, {}, {}};
  for (std::size_t i = 0; i < parameters.encodings.size(); ++i) {
    const ortc::RtpEncoding& encoding = parameters.encodings[i];
    const auto index = static_cast<std::uint8_t>(i);
    source.rids.push_back(encoding.rid.value_or(""));
    if (encoding.ssrc) by_ssrc_[{*encoding.ssrc}] = {producer, index, false};
    if (encoding.rtx_ssrc) by_ssrc_[{*encoding.rtx_ssrc}] = {producer, index, true};
  }
  for (const ortc::RtpCodecParameters& codec : parameters.codecs) {
    if (ortc::is_rtx(codec.mime_type)) source.rtx_payload_types.push_back(codec.payload_type);
  }
  sources_.push_back(std::move(source));

  // In a BUNDLE group an id means the same in every section (RFC 8285 §7), so the
  // latest announcement is as good as any.
  const ExtensionIds ids = ExtensionIds::of(parameters);
  if (const std::uint8_t id = ids[HeaderExtension::kMid]; id != 0) mid_id_ = id;
  if (const std::uint8_t id = ids[HeaderExtension::kRtpStreamId]; id != 0) rid_id_ = id;
  if (const std::uint8_t id = ids[HeaderExtension::kRepairedRtpStreamId]; id != 0) {
    repaired_rid_id_ = id;
  }
  return {};
}

void StreamDemux::remove(ProducerSlot producer) {
  std::erase_if(sources_, [&](const Source& s) { return s.producer == producer; });
  std::erase_if(by_ssrc_, [&](const auto& e) { return e.second.producer == producer; });
}

const StreamRoute* StreamDemux::find(rtp::Ssrc ssrc) const {
  const auto it = by_ssrc_.find(ssrc);
  return it == by_ssrc_.end() ? nullptr : &it->second;
}

std::optional<StreamDemux::Found> StreamDemux::find(const rtp::RtpPacketView& packet) {
  if (const StreamRoute* known = find(packet.ssrc())) return Found{*known, false};
  const std::optional<StreamRoute> route = route_by_names(packet);
  if (!route) return std::nullopt;
  learn(packet.ssrc(), *route);
  return Found{*route, true};
}

std::optional<std::string_view> StreamDemux::name(const rtp::RtpPacketView& packet,
                                                  std::uint8_t id) const {
  if (id == 0) return std::nullopt;
  const auto data = packet.extension(id);
  return data ? rtp::parse_stream_name(*data) : std::nullopt;
}

std::optional<StreamRoute> StreamDemux::route_by_names(const rtp::RtpPacketView& packet) const {
  const auto mid = name(packet, mid_id_);
  const auto repaired = name(packet, repaired_rid_id_);
  const auto rid = repaired ? repaired : name(packet, rid_id_);

  std::optional<StreamRoute> found;
  for (const Source& source : sources_) {
    if (mid && source.mid != *mid) continue;
    // Without a MID, only a RID can tell; and only if no two producers use the same.
    std::optional<std::uint8_t> encoding;
    if (rid) encoding = source.encoding_of(*rid);
    if (!rid && mid && source.rids.size() == 1) encoding = 0;
    if (!encoding) continue;
    if (found) return std::nullopt;
    found = StreamRoute{source.producer, *encoding,
                        repaired.has_value() || source.is_rtx(packet.payload_type())};
  }
  return found;
}

void StreamDemux::learn(rtp::Ssrc ssrc, const StreamRoute& route) {
  // A stream has one SSRC: a new one replaces the old, so the table can not grow without end.
  std::erase_if(by_ssrc_, [&](const auto& e) { return e.second == route; });
  by_ssrc_[ssrc] = route;
}

}  // namespace confab::sfu
