// Reading RTCP: a datagram as a row of packet views (RFC 3550 §6.1; reduced size, RFC 5506, is the
// same row without the rule of what comes first), and each packet as its typed view. Nothing is
// copied but single numbers; views are valid as long as the datagram.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/rtp/receive_statistics.h"
#include "rtc/rtp/types.h"

namespace confab::rtcp {

using rtp::ReportBlock;
using rtp::SeqNo;
using rtp::Ssrc;

enum class PacketType : std::uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSourceDescription = 202,
  kBye = 203,
  kApp = 204,
  kTransportFeedback = 205,  // RTPFB, RFC 4585 §6.2
  kPayloadFeedback = 206,    // PSFB, RFC 4585 §6.3
  kExtendedReport = 207      // RFC 3611
};

// The five bits of the header that are a count in some types and a format in the others.
inline constexpr std::uint8_t kFormatNack = 1;
inline constexpr std::uint8_t kFormatTransportCc = 15;
inline constexpr std::uint8_t kFormatPli = 1;
inline constexpr std::uint8_t kFormatFir = 4;
inline constexpr std::uint8_t kFormatAlfb = 15;  // "REMB"

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|count/fmt|  packet type  |   length in words, less one   |
// |                     body, padding if P is set                 |
struct PacketView {
  PacketType type{};
  std::uint8_t count_or_format = 0;
  ByteView body;  // without header and padding
};

// Walks a datagram. Stops at the first structural fault; is_malformed() tells it from the end.
class CompoundReader {
 public:
  explicit CompoundReader(ByteView datagram) : rest_(datagram) {}
  std::optional<PacketView> next();
  bool is_malformed() const { return malformed_; }

 private:
  std::optional<PacketView> fail();

  ByteView rest_;
  bool malformed_ = false;
};

// ---- reports (RFC 3550 §6.4) ----

struct SenderInfo {
  NtpTime ntp;
  rtp::RtpTime rtp_time;
  std::uint32_t packets = 0;
  std::uint32_t bytes = 0;  // of payload
  bool operator==(const SenderInfo&) const = default;
};

class ReportBlocks {
 public:
  explicit ReportBlocks(ByteView data) : data_(data) {}
  static constexpr std::size_t kBytes = 24;
  std::size_t size() const { return data_.size() / kBytes; }
  ReportBlock operator[](std::size_t i) const;

 private:
  ByteView data_;
};

struct SenderReport {
  Ssrc sender;
  SenderInfo info;
  ReportBlocks blocks;
  // Otherwise info.ntp says nothing (RFC 3550 §6.4.1).
  bool has_wall_clock() const { return info.ntp.value != 0; }
};
struct ReceiverReport {
  Ssrc sender;
  ReportBlocks blocks;
};
// Each parser takes a view of its type and gives nothing when the body is too short or of another
// type or format.
std::optional<SenderReport> parse_sender_report(const PacketView& packet);
std::optional<ReceiverReport> parse_receiver_report(const PacketView& packet);

// ---- SDES and BYE (RFC 3550 §6.5, §6.6) ----

struct Cname {
  Ssrc ssrc;
  std::string_view name;
};
// The first chunk's CNAME, which is all that browsers send.
std::optional<Cname> parse_cname(const PacketView& packet);

class SsrcList {
 public:
  explicit SsrcList(ByteView data) : data_(data) {}
  std::size_t size() const { return data_.size() / 4; }
  Ssrc operator[](std::size_t i) const { return {load_be32(&data_[4 * i])}; }

 private:
  ByteView data_;
};
std::optional<SsrcList> parse_bye(const PacketView& packet);

// ---- feedback (RFC 4585 §6.1, RFC 5104 §4.3.1, draft-alvestrand-rmcat-remb) ----

struct Nack {
  Ssrc sender;
  Ssrc media;
  ByteView entries;  // of 4 bytes: PID, BLP

  // How many sequence numbers are asked for.
  std::size_t size() const;
  // Calls visit(SeqNo) for each sequence number asked for, in the order given: at most 17 for each
  // entry.
  template <typename Visit>
  void for_each(Visit&& visit) const;
};
std::optional<Nack> parse_nack(const PacketView& packet);

struct Pli {
  Ssrc sender;
  Ssrc media;
};
std::optional<Pli> parse_pli(const PacketView& packet);

struct FirEntry {
  Ssrc ssrc;
  std::uint8_t sequence = 0;  // repeated: the same request again
};
struct Fir {
  Ssrc sender;
  ByteView entries;  // of 8 bytes
  std::size_t size() const { return entries.size() / 8; }
  FirEntry operator[](std::size_t i) const {
    return {{load_be32(&entries[8 * i])}, entries[8 * i + 4]};
  }
};
std::optional<Fir> parse_fir(const PacketView& packet);

struct Remb {
  Ssrc sender;
  std::uint64_t bitrate_bps = 0;
  SsrcList ssrcs;
};
std::optional<Remb> parse_remb(const PacketView& packet);

// ---- extended reports (RFC 3611 §4.4, §4.5): the round trip as a receiver measures it ----

struct DlrrItem {
  Ssrc ssrc;
  std::uint32_t last_rr = 0;
  std::uint32_t delay_since_last_rr = 0;  // 1/65536 s
};
struct ExtendedReport {
  Ssrc sender;
  std::optional<NtpTime> reference_time;  // RRTR
  ByteView dlrr;                          // items of 12 bytes
  std::size_t dlrr_size() const { return dlrr.size() / 12; }
  DlrrItem dlrr_item(std::size_t i) const;
};
std::optional<ExtendedReport> parse_extended_report(const PacketView& packet);

// The round trip from a report block or DLRR item that arrived at `now` (RFC 3550 §6.4.1): absent
// when the peer has no report of ours yet or the sum is not positive.
std::optional<Duration> round_trip(NtpTime now, std::uint32_t last_sr, std::uint32_t delay);

template <typename Visit>
void Nack::for_each(Visit&& visit) const {
  for (std::size_t at = 0; at + 4 <= entries.size(); at += 4) {
    const SeqNo first{load_be16(&entries[at])};
    visit(first);
    const unsigned following = load_be16(&entries[at + 2]);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((following >> bit) & 1U) visit(first + (bit + 1));
    }
  }
}

inline std::size_t Nack::size() const {
  std::size_t count = 0;
  for (std::size_t at = 0; at + 4 <= entries.size(); at += 4) {
    count += 1U + static_cast<std::size_t>(std::popcount(load_be16(&entries[at + 2])));
  }
  return count;
}

}  // namespace confab::rtcp
