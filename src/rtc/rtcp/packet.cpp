#include "rtc/rtcp/packet.h"

namespace confab::rtcp {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::uint8_t kSdesCname = 1;
constexpr std::uint8_t kBlockReferenceTime = 4;  // RFC 3611 §4.4
constexpr std::uint8_t kBlockDlrr = 5;           // RFC 3611 §4.5

bool is_feedback(const PacketView& packet, PacketType type, std::uint8_t format) {
  return packet.type == type && packet.count_or_format == format && packet.body.size() >= 8;
}
Ssrc ssrc_at(ByteView body, std::size_t at) {
  return {load_be32(&body[at])};
}

std::optional<ReportBlocks> report_blocks(const PacketView& packet, std::size_t at) {
  const std::size_t size = packet.count_or_format * ReportBlocks::kBytes;
  if (packet.body.size() < at + size) return std::nullopt;
  return ReportBlocks(packet.body.subspan(at, size));
}

// 24 bits in two's complement.
std::int32_t load_signed24(const std::uint8_t* p) {
  return static_cast<std::int32_t>(load_be24(p) << 8) >> 8;
}

}  // namespace

std::optional<PacketView> CompoundReader::fail() {
  malformed_ = true;
  rest_ = {};
  return std::nullopt;
}

std::optional<PacketView> CompoundReader::next() {
  if (rest_.empty()) return std::nullopt;
  if (rest_.size() < kHeaderBytes || (rest_[0] >> 6) != 2) return fail();
  const std::size_t size = (std::size_t{load_be16(&rest_[2])} + 1) * 4;
  if (size > rest_.size()) return fail();
  std::size_t padding = 0;
  if ((rest_[0] & 0x20) != 0) {
    // RFC 3550 §6.4.1 wants whole words and the last packet only; browsers pad each transport-cc
    // feedback by 1 to 3 bytes.
    padding = rest_[size - 1];
    if (padding == 0 || padding > size - kHeaderBytes) return fail();
  }
  const PacketView packet{static_cast<PacketType>(rest_[1]),
                          static_cast<std::uint8_t>(rest_[0] & 0x1F),
                          rest_.subspan(kHeaderBytes, size - kHeaderBytes - padding)};
  rest_ = rest_.subspan(size);
  return packet;
}

ReportBlock ReportBlocks::operator[](std::size_t i) const {
  const std::uint8_t* p = &data_[i * kBytes];
  return {.ssrc = {load_be32(p)},
          .fraction_lost = p[4],
          .cumulative_lost = load_signed24(p + 5),
          .extended_highest_seq = load_be32(p + 8),
          .jitter = load_be32(p + 12),
          .last_sr = load_be32(p + 16),
          .delay_since_last_sr = load_be32(p + 20)};
}

std::optional<SenderReport> parse_sender_report(const PacketView& packet) {
  const auto& body = packet.body;
  if (packet.type != PacketType::kSenderReport || body.size() < 4 + kSenderInfoBytes) {
    return std::nullopt;
  }
  const auto blocks = report_blocks(packet, 4 + kSenderInfoBytes);
  if (!blocks) return std::nullopt;
  return SenderReport{ssrc_at(body, 0),
                      {.ntp = {load_be64(&body[4])},
                       .rtp_time = {load_be32(&body[12])},
                       .packets = load_be32(&body[16]),
                       .bytes = load_be32(&body[20])},
                      *blocks};
}

std::optional<ReceiverReport> parse_receiver_report(const PacketView& packet) {
  if (packet.type != PacketType::kReceiverReport || packet.body.size() < 4) return std::nullopt;
  const auto blocks = report_blocks(packet, 4);
  if (!blocks) return std::nullopt;
  return ReceiverReport{ssrc_at(packet.body, 0), *blocks};
}

std::optional<Cname> parse_cname(const PacketView& packet) {
  if (packet.type != PacketType::kSourceDescription || packet.count_or_format == 0) {
    return std::nullopt;
  }
  ByteReader reader(packet.body);
  const Ssrc ssrc{reader.u32()};
  while (reader.ok()) {
    const std::uint8_t item = reader.u8();
    if (item == 0) break;  // the end of the chunk, or of the packet
    const ByteView text = reader.bytes(reader.u8());
    if (reader.ok() && item == kSdesCname) return Cname{ssrc, as_chars(text)};
  }
  return std::nullopt;
}

std::optional<SsrcList> parse_bye(const PacketView& packet) {
  const std::size_t size = std::size_t{4} * packet.count_or_format;
  if (packet.type != PacketType::kBye || packet.body.size() < size) return std::nullopt;
  return SsrcList(packet.body.first(size));
}

std::optional<Nack> parse_nack(const PacketView& packet) {
  if (!is_feedback(packet, PacketType::kTransportFeedback, kFormatNack)) return std::nullopt;
  return Nack{ssrc_at(packet.body, 0), ssrc_at(packet.body, 4), packet.body.subspan(8)};
}

std::optional<Pli> parse_pli(const PacketView& packet) {
  if (!is_feedback(packet, PacketType::kPayloadFeedback, kFormatPli)) return std::nullopt;
  return Pli{ssrc_at(packet.body, 0), ssrc_at(packet.body, 4)};
}

std::optional<Fir> parse_fir(const PacketView& packet) {
  if (!is_feedback(packet, PacketType::kPayloadFeedback, kFormatFir)) return std::nullopt;
  return Fir{ssrc_at(packet.body, 0), packet.body.subspan(8)};
}

//  "REMB" | Num SSRC (8) | BR Exp (6) | BR Mantissa (18) | SSRCs
std::optional<Remb> parse_remb(const PacketView& packet) {
  const auto& body = packet.body;
  if (!is_feedback(packet, PacketType::kPayloadFeedback, kFormatAlfb) || body.size() < 16 ||
      as_chars(body.subspan(8, 4)) != "REMB") {
    return std::nullopt;
  }
  const std::size_t list_size = std::size_t{4} * body[12];
  if (body.size() < 16 + list_size) return std::nullopt;
  const std::uint32_t both = load_be24(&body[13]);
  const std::uint32_t exponent = both >> 18;
  const std::uint64_t mantissa = both & 0x3FFFF;
  // 18 + 46 bits fill the 64; a larger exponent is nonsense, not infinity.
  if (exponent > 46) return std::nullopt;
  return Remb{ssrc_at(body, 0), mantissa << exponent, SsrcList(body.subspan(16, list_size))};
}

DlrrItem ExtendedReport::dlrr_item(std::size_t i) const {
  const std::uint8_t* p = &dlrr[12 * i];
  return {{load_be32(p)}, load_be32(p + 4), load_be32(p + 8)};
}

std::optional<ExtendedReport> parse_extended_report(const PacketView& packet) {
  if (packet.type != PacketType::kExtendedReport || packet.body.size() < 4) return std::nullopt;
  ExtendedReport report{.sender = ssrc_at(packet.body, 0)};
  ByteReader reader(packet.body.subspan(4));
  while (reader.remaining() > 0) {
    const std::uint8_t block_type = reader.u8();
    reader.skip(1);
    const ByteView block = reader.bytes(std::size_t{4} * reader.u16());
    if (!reader.ok()) return std::nullopt;
    if (block_type == kBlockReferenceTime && block.size() == 8) {
      report.reference_time = NtpTime{load_be64(block.data())};
    } else if (block_type == kBlockDlrr && block.size() % 12 == 0) {
      report.dlrr = block;
    }
  }
  return report;
}

std::optional<Duration> round_trip(NtpTime now, std::uint32_t last_sr, std::uint32_t delay) {
  if (last_sr == 0) return std::nullopt;
  const auto units = static_cast<std::int32_t>(now.compact() - last_sr - delay);
  if (units <= 0) return std::nullopt;
  return Duration(std::int64_t{units} * 1'000'000'000 / 65'536);
}

}  // namespace confab::rtcp
