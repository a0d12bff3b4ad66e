#include "rtc/rtcp/compound_writer.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace confab::rtcp {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::size_t kBlocksMax = 31;
constexpr std::size_t kFeedbackBytes = 8;  // sender's and media SSRC

constexpr std::size_t round_to_words(std::size_t n) {
  return (n + 3) & ~std::size_t{3};
}

void write_block(ByteWriter& writer, const ReportBlock& block) {
  writer.u32(block.ssrc.value);
  writer.u8(block.fraction_lost);
  writer.u24(static_cast<std::uint32_t>(block.cumulative_lost) & 0xFFFFFF);
  writer.u32(block.extended_highest_seq);
  writer.u32(block.jitter);
  writer.u32(block.last_sr);
  writer.u32(block.delay_since_last_sr);
}

// Calls write(PID, BLP) for each entry that `missing` needs, and stops after `entries_max`.
// Returns how many numbers the entries hold.
template <typename Write>
std::size_t pack_nack(std::span<const SeqNo> missing, std::size_t entries_max, Write&& write) {
  std::size_t taken = 0;
  for (std::size_t entries = 0; taken < missing.size() && entries < entries_max; ++entries) {
    const SeqNo first = missing[taken++];
    std::uint16_t following = 0;
    for (; taken < missing.size(); ++taken) {
      const std::int32_t step = rtp::distance(first, missing[taken]);
      if (step < 1 || step > 16) break;
      following = static_cast<std::uint16_t>(following | (1U << (step - 1)));
    }
    write(first, following);
  }
  return taken;
}

}  // namespace

MutableBytes CompoundWriter::begin(PacketType type, std::size_t count_or_format, std::size_t body) {
  if (out_.size() - size_ < kHeaderBytes + body) return {};
  const MutableBytes packet = out_.subspan(size_, kHeaderBytes + body);
  packet[0] = static_cast<std::uint8_t>(0x80 | count_or_format);
  packet[1] = static_cast<std::uint8_t>(type);
  store_be16(&packet[2], static_cast<std::uint16_t>(body / 4));
  size_ += packet.size();
  return packet.subspan(kHeaderBytes);
}

bool CompoundWriter::sender_report(Ssrc sender, const SenderInfo& info,
                                   std::span<const ReportBlock> blocks) {
  if (blocks.size() > kBlocksMax) return false;
  const MutableBytes body = begin(PacketType::kSenderReport, blocks.size(),
                                  4 + kSenderInfoBytes + blocks.size() * ReportBlocks::kBytes);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(sender.value);
  writer.u64(info.ntp.value);
  writer.u32(info.rtp_time.value);
  writer.u32(info.packets);
  writer.u32(info.bytes);
  for (const ReportBlock& block : blocks) write_block(writer, block);
  return true;
}

bool CompoundWriter::receiver_report(Ssrc sender, std::span<const ReportBlock> blocks) {
  if (blocks.size() > kBlocksMax) return false;
  const MutableBytes body =
      begin(PacketType::kReceiverReport, blocks.size(), 4 + blocks.size() * ReportBlocks::kBytes);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(sender.value);
  for (const ReportBlock& block : blocks) write_block(writer, block);
  return true;
}

bool CompoundWriter::source_description(Ssrc ssrc, std::string_view cname) {
  if (cname.size() > UINT8_MAX) return false;
  // RFC 3550 §6.5: a chunk ends with at least one zero, at a word's end.
  const std::size_t size = round_to_words(4 + 2 + cname.size() + 1);
  const MutableBytes body = begin(PacketType::kSourceDescription, 1, size);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(ssrc.value);
  writer.u8(1);  // CNAME
  writer.u8(static_cast<std::uint8_t>(cname.size()));
  writer.bytes(as_bytes(cname));
  writer.zeros(writer.remaining());
  return true;
}

bool CompoundWriter::bye(std::span<const Ssrc> ssrcs) {
  if (ssrcs.empty() || ssrcs.size() > kBlocksMax) return false;
  const MutableBytes body = begin(PacketType::kBye, ssrcs.size(), 4 * ssrcs.size());
  if (body.empty()) return false;
  ByteWriter writer(body);
  for (const Ssrc ssrc : ssrcs) writer.u32(ssrc.value);
  return true;
}

std::size_t CompoundWriter::nack(Ssrc sender, Ssrc media, std::span<const SeqNo> missing) {
  const std::size_t room = out_.size() - size_;
  if (missing.empty() || room < kHeaderBytes + kFeedbackBytes + 4) return 0;
  std::size_t entries = 0;
  const std::size_t entries_max = (room - kHeaderBytes - kFeedbackBytes) / 4;
  const std::size_t taken =
      pack_nack(missing, entries_max, [&](SeqNo, std::uint16_t) { ++entries; });
  ByteWriter writer(
      begin(PacketType::kTransportFeedback, kFormatNack, kFeedbackBytes + 4 * entries));
  writer.u32(sender.value);
  writer.u32(media.value);
  pack_nack(missing.first(taken), entries, [&](SeqNo first, std::uint16_t following) {
    writer.u16(first.value);
    writer.u16(following);
  });
  return taken;
}

bool CompoundWriter::pli(Ssrc sender, Ssrc media) {
  const MutableBytes body = begin(PacketType::kPayloadFeedback, kFormatPli, kFeedbackBytes);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(sender.value);
  writer.u32(media.value);
  return true;
}

bool CompoundWriter::fir(Ssrc sender, Ssrc media, std::uint8_t sequence) {
  const MutableBytes body = begin(PacketType::kPayloadFeedback, kFormatFir, kFeedbackBytes + 8);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(sender.value);
  writer.u32(0);  // RFC 5104 §4.3.1.2: the media SSRC stands in the entry
  writer.u32(media.value);
  writer.u8(sequence);
  writer.u24(0);
  return true;
}

bool CompoundWriter::remb(Ssrc sender, std::uint64_t bitrate_bps, std::span<const Ssrc> ssrcs) {
  if (ssrcs.size() > UINT8_MAX) return false;
  const MutableBytes body =
      begin(PacketType::kPayloadFeedback, kFormatAlfb, kFeedbackBytes + 8 + 4 * ssrcs.size());
  if (body.empty()) return false;
  const int exponent = std::max(static_cast<int>(std::bit_width(bitrate_bps)) - 18, 0);
  const auto mantissa = static_cast<std::uint32_t>(bitrate_bps >> exponent);
  ByteWriter writer(body);
  writer.u32(sender.value);
  writer.u32(0);
  writer.bytes(as_bytes("REMB"));
  writer.u8(static_cast<std::uint8_t>(ssrcs.size()));
  writer.u24((static_cast<std::uint32_t>(exponent) << 18) | mantissa);
  for (const Ssrc ssrc : ssrcs) writer.u32(ssrc.value);
  return true;
}

bool CompoundWriter::extended_report(Ssrc sender, std::optional<NtpTime> reference_time,
                                     std::span<const DlrrItem> items) {
  const std::size_t size =
      4 + (reference_time ? 12 : 0) + (items.empty() ? 0 : 4 + 12 * items.size());
  const MutableBytes body = begin(PacketType::kExtendedReport, 0, size);
  if (body.empty()) return false;
  ByteWriter writer(body);
  writer.u32(sender.value);
  if (reference_time) {
    writer.u32(0x0400'0002);  // RRTR, 2 words
    writer.u64(reference_time->value);
  }
  if (!items.empty()) {
    writer.u16(0x0500);  // DLRR, 3 words for each item
    writer.u16(static_cast<std::uint16_t>(3 * items.size()));
    for (const DlrrItem& item : items) {
      writer.u32(item.ssrc.value);
      writer.u32(item.last_rr);
      writer.u32(item.delay_since_last_rr);
    }
  }
  return true;
}

bool CompoundWriter::append(ByteView packet) {
  if (packet.empty() || out_.size() - size_ < packet.size()) return false;
  std::memcpy(out_.data() + size_, packet.data(), packet.size());
  size_ += packet.size();
  return true;
}

}  // namespace confab::rtcp
