// What a receiver of one RTP stream knows of its loss and jitter (RFC 3550 §6.4.1, appendices A.1,
// A.3 and A.8), and the report block it sends from that.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::rtp {

// RFC 3550 §6.4.1. As on the wire.
struct ReportBlock {
  Ssrc ssrc;
  std::uint8_t fraction_lost = 0;    // of 256, since the last report
  std::int32_t cumulative_lost = 0;  // 24 bits signed: duplicates may make it negative
  std::uint32_t extended_highest_seq = 0;
  std::uint32_t jitter = 0;               // in units of the clock rate
  std::uint32_t last_sr = 0;              // middle of the NTP time of the last SR, 0 if none
  std::uint32_t delay_since_last_sr = 0;  // in 1/65536 s
  bool operator==(const ReportBlock&) const = default;
};

// One per received SSRC. Retransmissions arrive on another SSRC and are not given to on_packet, so
// that loss is the network's; on_repaired tells how many of the lost came after all.
class ReceiveStatistics {
 public:
  ReceiveStatistics(Ssrc ssrc, std::uint32_t clock_rate);

  // `size` in bytes as counted for statistics (the whole packet).
  void on_packet(Instant now, SeqNo seq, RtpTime timestamp, std::size_t size);
  void on_repaired() { ++packets_repaired_; }
  void on_sender_report(Instant now, NtpTime ntp);

  // Starts a new interval for fraction_lost. Absent before the first packet.
  std::optional<ReportBlock> make_report(Instant now);

  std::uint64_t packets_received() const { return packets_received_; }
  std::uint64_t bytes_received() const { return bytes_received_; }
  std::uint64_t packets_repaired() const { return packets_repaired_; }
  std::int64_t packets_lost() const;  // by the network
  std::uint64_t packets_lost_after_repair() const;
  Duration jitter() const;

 private:
  void restart(SeqNo seq);
  bool update_sequence(SeqNo seq);
  void update_jitter(Instant now, RtpTime timestamp);
  std::int64_t expected() const { return unwrapper_.highest() - base_seq_ + 1; }

  Ssrc ssrc_;
  std::uint32_t clock_rate_;
  bool started_ = false;
  std::int64_t base_seq_ = 0;
  SeqUnwrapper unwrapper_;
  std::optional<SeqNo> bad_seq_;  // what would confirm a restart of the sender

  // Since the sequence (re)started, for loss.
  std::int64_t received_in_sequence_ = 0;
  std::int64_t lost_before_restart_ = 0;
  std::int64_t expected_at_report_ = 0;
  std::int64_t received_at_report_ = 0;

  std::uint64_t packets_received_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t packets_repaired_ = 0;

  // A.8, the integer form: jitter in 1/16 of a timestamp unit.
  std::uint32_t jitter_x16_ = 0;
  std::optional<std::uint32_t> last_transit_;
  RtpTime last_timestamp_;

  std::optional<NtpTime> last_sr_;
  Instant last_sr_at_{};
};

}  // namespace confab::rtp
