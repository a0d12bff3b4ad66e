#include "sfu/egress_writer.h"

#include "base/check.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_writer.h"

namespace confab::sfu {
namespace {

using ortc::HeaderExtension;

constexpr std::size_t kElementHeaderBytes = 1;  // RFC 8285 §4.2: the one-byte form
constexpr std::size_t kBlockHeaderBytes = 4;
constexpr std::size_t kRtxHeaderBytes = 2;  // RFC 4588 §4: the original sequence number

// All our ids are below 15 and all values 1 to 16 bytes long, so the one-byte form always does.
std::size_t extension_bytes(const EgressEntry& entry) {
  const EgressStream& stream = *entry.stream;
  std::size_t bytes = 0;
  if (stream.extensions[HeaderExtension::kMid] != 0) bytes += kElementHeaderBytes + stream.mid_size;
  if (stream.extensions[HeaderExtension::kAbsSendTime] != 0) bytes += kElementHeaderBytes + 3;
  if (stream.extensions[HeaderExtension::kTransportCc] != 0) bytes += kElementHeaderBytes + 2;
  for (std::size_t i = 0; i < entry.extensions.count; ++i) {
    const CopiedExtensions::Item& item = entry.extensions.items[i];
    if (stream.extensions[item.which] != 0) bytes += kElementHeaderBytes + item.size;
  }
  return bytes == 0 ? 0 : kBlockHeaderBytes + (bytes + 3) / 4 * 4;
}

void fill_extensions(rtp::ExtensionSet& set, const EgressEntry& entry, Instant now,
                     std::uint16_t transport_seq) {
  const ExtensionIds& ids = entry.stream->extensions;
  if (const std::uint8_t id = ids[HeaderExtension::kMid]; id != 0) {
    set.add(id, as_bytes(entry.stream->mid_view()));
  }
  if (const std::uint8_t id = ids[HeaderExtension::kAbsSendTime]; id != 0) {
    set.add(id, rtp::encode_abs_send_time(now));
  }
  if (const std::uint8_t id = ids[HeaderExtension::kTransportCc]; id != 0) {
    set.add(id, rtp::encode_transport_seq(transport_seq));
  }
  for (std::size_t i = 0; i < entry.extensions.count; ++i) {
    const CopiedExtensions::Item& item = entry.extensions.items[i];
    const std::uint8_t id = ids[item.which];
    if (id != 0) set.add(id, entry.packet.view().subspan(item.offset, item.size));
  }
}

}  // namespace

ExtensionIds ExtensionIds::of(const ortc::RtpParameters& parameters) {
  ExtensionIds out;
  for (const ortc::RtpHeaderExtensionParameters& extension : parameters.header_extensions) {
    if (const auto which = ortc::header_extension_from_uri(extension.uri)) {
      out.ids[static_cast<std::size_t>(*which)] = extension.id;
    }
  }
  return out;
}

std::size_t entry_size(const EgressEntry& entry) {
  return rtp::rtp_packet_size(extension_bytes(entry),
                              entry.payload_size + (entry.is_rtx ? kRtxHeaderBytes : 0), 0);
}

std::size_t write_entry(MutableBytes out, const EgressEntry& entry, std::uint8_t padding,
                        Instant now, std::uint16_t transport_seq) {
  const EgressStream& stream = *entry.stream;
  rtp::ExtensionSet extensions;
  fill_extensions(extensions, entry, now, transport_seq);

  rtp::RtpHeader header;
  header.marker = entry.marker;
  header.timestamp = entry.timestamp;
  header.payload_type = entry.is_rtx ? stream.rtx_payload_type : stream.payload_type;
  header.seq = entry.is_rtx ? entry.rtx_seq : entry.seq;
  header.ssrc = entry.is_rtx ? stream.rtx_ssrc : stream.ssrc;
  const auto written =
      entry.is_rtx
          ? rtp::write_rtx_packet(out, header, extensions, entry.seq, entry.payload(), padding)
          : rtp::write_rtp_packet(out, header, extensions, entry.payload(), padding);
  CHECK(written.has_value());  // entry_size said how much room it takes
  DCHECK(written->size == entry_size(entry) + padding);

  if (entry.rewrites_picture_ids) {
    const MutableBytes payload = out.subspan(written->payload_offset, entry.payload_size);
    if (stream.codec == codec::Codec::kVp8) {
      codec::rewrite_vp8(payload, entry.picture_id, entry.tl0_pic_idx);
    } else {
      codec::rewrite_vp9(payload, entry.picture_id, entry.tl0_pic_idx);
    }
  }
  return written->size;
}

}  // namespace confab::sfu
