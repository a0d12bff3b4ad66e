// One stream of a publisher: a single encoding, or a layer of simulcast, with its RTX. Keeps what
// is known of its loss and timing, and what has to be asked of the publisher for it.
#pragma once

#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtp/nack_generator.h"
#include "rtc/rtp/receive_statistics.h"
#include "rtc/rtp/types.h"
#include "sfu/key_frame_throttle.h"
#include "sfu/report_clock.h"
#include "sfu/seen_window.h"

namespace confab::sfu {

// How a publisher's streams of one producer are to be kept whole, from what was negotiated.
struct StreamRepair {
  bool nack = false;
  bool pli = false;
  bool fir = false;
  Duration key_frame_interval = 300ms;
};

class ProducerStream {
 public:
  ProducerStream(std::uint32_t clock_rate, const StreamRepair& repair);

  // The publisher's packets carry this SSRC from now on; another one than before starts the stream
  // anew.
  void set_ssrc(rtp::Ssrc ssrc);
  std::optional<rtp::Ssrc> ssrc() const { return ssrc_; }
  std::uint32_t epoch() const { return epoch_; }

  struct Arrival {
    std::int64_t seq = 0;  // unwrapped
    bool is_newest = false;
    bool is_duplicate = false;
    // The stream counts its time from elsewhere: what its last report said is no longer so.
    bool is_time_jump = false;
  };
  // A packet of the stream; repaired: it came by RTX.
  Arrival on_packet(Instant now, rtp::SeqNo seq, rtp::RtpTime timestamp, std::size_t size,
                    bool repaired);
  // What the packet was, once its payload is known: closes gaps, and asks where one is found.
  void on_payload(Instant now, rtp::SeqNo seq, bool is_key_frame_start);
  void on_sender_report(Instant now, const rtcp::SenderInfo& info, NtpTime sent_at);
  void set_rtt(Duration rtt) { nack_.set_rtt(rtt); }
  // Forgets what is missing: nobody waits for it (the producer was paused).
  void reset_repair();

  // Somebody needs a key frame.
  void want_key_frame(Instant now);
  // One began to arrive, in order: who waited can start.
  void on_key_frame() { key_frames_.on_key_frame(); }
  // When write_feedback may have something to say.
  Instant next_feedback() const;
  // Adds the NACK, PLI or FIR that are due to a compound packet.
  struct Feedback {
    std::size_t nacks = 0;
    std::size_t key_frame_requests = 0;
  };
  Feedback write_feedback(Instant now, rtp::Ssrc sender, rtcp::CompoundWriter& out);
  std::optional<rtp::ReportBlock> make_report(Instant now);

  const ReportClock& report_clock() const { return report_clock_; }
  std::uint32_t clock_rate() const { return clock_rate_; }
  Instant last_packet_at() const { return last_packet_at_; }
  bool has_packets() const { return unwrapper_.started(); }
  const rtp::ReceiveStatistics* statistics() const { return statistics_ ? &*statistics_ : nullptr; }
  std::uint64_t nacks_sent() const { return nacks_sent_; }
  std::uint64_t key_frame_requests_sent() const { return key_frame_requests_sent_; }

 private:
  std::uint32_t clock_rate_;
  StreamRepair repair_;
  std::optional<rtp::Ssrc> ssrc_;
  std::uint32_t epoch_ = 0;
  rtp::SeqUnwrapper unwrapper_;
  SeenWindow seen_;
  std::optional<rtp::ReceiveStatistics> statistics_;
  rtp::NackGenerator nack_;
  KeyFrameThrottle key_frames_;
  ReportClock report_clock_;
  Instant last_packet_at_{};
  rtp::RtpTime newest_time_;  // of the packet with the highest number, and when it came
  Instant newest_at_{};
  std::uint8_t fir_sequence_ = 0;
  std::uint64_t nacks_sent_ = 0;
  std::uint64_t key_frame_requests_sent_ = 0;
};

}  // namespace confab::sfu
