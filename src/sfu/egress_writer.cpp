#include "sfu/egress_writer.h"

#include <cstring>

#include "base/check.h"

namespace confab::sfu {
namespace {

constexpr std::size_t kRtxHeaderBytes = 2;  // RFC 4588 §4: the original sequence number

// Of the extensions that are passed on as they came; all their ids are below 15 and their values 1
// to 16 bytes long.
std::size_t copied_bytes(const PacketNotes& notes, const ExtensionIds& ids) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < notes.extensions.count; ++i) {
    const CopiedExtensions::Item& item = notes.extensions.items[i];
    if (ids[item.which] != 0) bytes += 1U + item.size;
  }
  return bytes;
}

void write_copied(std::uint8_t* out, const EgressEntry& entry) {
  const PacketNotes& notes = entry.notes();
  for (std::size_t i = 0; i < notes.extensions.count; ++i) {
    const CopiedExtensions::Item& item = notes.extensions.items[i];
    const std::uint8_t id = entry.stream->extensions[item.which];
    if (id == 0) continue;
    *out++ = static_cast<std::uint8_t>((id << 4) | (item.size - 1));
    std::memcpy(out, &entry.packet.view()[item.offset], item.size);
    out += item.size;
  }
}

// Padding repeats nothing (as libwebrtc sends it, and takes it).
std::size_t original_bytes(const EgressEntry& entry) {
  return entry.is_rtx && entry.padding == 0 ? kRtxHeaderBytes : 0;
}

// Returns what is left behind the header.
std::uint8_t* write_header(MutableBytes out, std::size_t copied, const EgressEntry& entry,
                           const SendStamp& stamp) {
  const EgressStream& stream = *entry.stream;
  std::uint8_t* const more = stream.header.write(out, copied, stamp);
  if (copied != 0) write_copied(more, entry);
  if (entry.notes().marker) out[1] |= 0x80;
  store_be16(&out[2], entry.seq.value);
  store_be32(&out[4], entry.timestamp.value);
  if (entry.is_rtx) {
    out[1] = static_cast<std::uint8_t>((out[1] & 0x80) | (stream.rtx_payload_type & 0x7F));
    store_be16(&out[2], entry.rtx_seq.value);
    store_be32(&out[8], stream.rtx_ssrc.value);
  }
  return out.data() + out.size();
}

}  // namespace

std::size_t entry_size(const EgressEntry& entry) {
  const PacketNotes& notes = entry.notes();
  return entry.stream->header.size(copied_bytes(notes, entry.stream->extensions)) +
         original_bytes(entry) + notes.payload_size + entry.padding;
}

std::size_t write_entry(MutableBytes out, const EgressEntry& entry, std::uint8_t more_padding,
                        const SendStamp& stamp) {
  const std::size_t padding = std::size_t{more_padding} + entry.padding;
  const PacketNotes& notes = entry.notes();
  const std::size_t copied = copied_bytes(notes, entry.stream->extensions);
  const std::size_t header = entry.stream->header.size(copied);
  CHECK(padding <= 255 &&
        header + original_bytes(entry) + notes.payload_size + padding <= out.size());
  std::uint8_t* at = write_header(out.first(header), copied, entry, stamp);
  if (original_bytes(entry) != 0) {
    store_be16(at, entry.seq.value);
    at += kRtxHeaderBytes;
  }
  const MutableBytes payload(at, notes.payload_size);
  if (!payload.empty()) std::memcpy(at, entry.payload().data(), payload.size());
  if (notes.picture_ids.any()) {
    codec::rewrite_picture_ids(payload, notes.picture_ids, entry.picture_id, entry.tl0_pic_idx);
  }
  at += payload.size();
  if (padding != 0) {
    // RFC 3550 §5.1: zeros, and in the last byte how many bytes of padding there are.
    out[0] |= 0x20;
    std::memset(at, 0, padding - 1);
    at[padding - 1] = static_cast<std::uint8_t>(padding);
    at += padding;
  }
  return static_cast<std::size_t>(at - out.data());
}

}  // namespace confab::sfu
