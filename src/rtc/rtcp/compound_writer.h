// Building RTCP into a fixed buffer, one packet behind the other. A packet that does not fit is not
// begun: the function returns false (or how much it took) and what stands so far stays good.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/rtcp/packet.h"

namespace confab::rtcp {

class CompoundWriter {
 public:
  // Keep rtc/srtp's room for the trailer out of `out`.
  explicit CompoundWriter(MutableBytes out) : out_(out) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  MutableBytes written() const { return out_.first(size_); }

  // At most 31 blocks each (RFC 3550 §6.4).
  bool sender_report(Ssrc sender, const SenderInfo& info, std::span<const ReportBlock> blocks);
  bool receiver_report(Ssrc sender, std::span<const ReportBlock> blocks);
  // One chunk with a CNAME of at most 255 bytes.
  bool source_description(Ssrc ssrc, std::string_view cname);
  bool bye(std::span<const Ssrc> ssrcs);

  // Packs `missing`, which must rise in sequence order, into PID + BLP entries. Returns how many of
  // them were taken; call again with the rest in a new buffer.
  std::size_t nack(Ssrc sender, Ssrc media, std::span<const SeqNo> missing);
  bool pli(Ssrc sender, Ssrc media);
  bool fir(Ssrc sender, Ssrc media, std::uint8_t sequence);
  // The bitrate is rounded down to an 18-bit mantissa; at most 255 SSRCs.
  bool remb(Ssrc sender, std::uint64_t bitrate_bps, std::span<const Ssrc> ssrcs);

  // XR with a reference time, with DLRR items, or with both.
  bool extended_report(Ssrc sender, std::optional<NtpTime> reference_time,
                       std::span<const DlrrItem> items);

  // Any packet already built whole (transport-cc: TransportFeedbackBuilder).
  bool append(ByteView packet);

 private:
  // Room for a packet of `body` bytes (a multiple of 4), its header written; empty if none.
  MutableBytes begin(PacketType type, std::size_t count_or_format, std::size_t body);

  MutableBytes out_;
  std::size_t size_ = 0;
};

}  // namespace confab::rtcp
