// The receiving half of transport-wide congestion control: remembers when each packet of a
// transport came in and reports it to the sender, whose estimator decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::cc {

struct TwccConfig {
  // What browsers use themselves, between 50 and 250 ms.
  Duration interval = 100ms;
  // A packet that comes at most so much before the interval is over ends it: who was woken for it
  // reports, and need not be woken again to report. Somewhat longer than from one opus packet to
  // the next, so that of who speaks there mostly is one.
  Duration early = 25ms;
  // Sooner when as many packets wait to be reported: one feedback packet's worth.
  std::size_t packets_max = 300;
  // How far behind the newest a late packet is still reported: the sender has written off what is
  // older. A second of 4 Mbit/s.
  std::int64_t reorder_max = 500;
};

// One per transport. Takes more memory only after a gap in the sequence numbers, up to a limit.
class TwccReceiver {
 public:
  explicit TwccReceiver(const TwccConfig& config = {});

  // Each packet that carries the transport-wide sequence number, whatever its SSRC.
  void on_packet(Instant now, std::uint16_t transport_seq);

  // kNever while nothing waits to be reported.
  Instant next_timeout() const { return due_; }
  // Writes one feedback packet (RTCP, not yet protected) when it is due; returns its size, 0 when
  // nothing is. Call until 0. `out` must have rtcp::TransportFeedbackBuilder::kBytesMax of room.
  // `media`: any SSRC of the peer's.
  std::size_t poll(Instant now, MutableBytes out, rtp::Ssrc sender, rtp::Ssrc media);

  std::uint64_t packets_late() const { return packets_late_; }  // too old to be reported

 private:
  // Sequence numbers remembered: powers of two, so a place is seq & mask. No less than may be late.
  static constexpr std::int64_t kWindowFirst = 512;
  static constexpr std::int64_t kWindowMax = 8192;
  // Small, since every publisher has hundreds: of the number so much that it comes again after four
  // billion packets, of the arrival as much as is reported (rtcp::kDeltaTick).
  struct Slot {
    std::uint32_t seq;   // that of another place where nothing came yet
    std::uint32_t tick;  // wraps after 12 days
  };

  static std::vector<Slot> make_window(std::size_t slots);
  Slot& slot_of(std::int64_t seq) {
    return slots_[static_cast<std::uint64_t>(seq) & (slots_.size() - 1)];
  }
  const Slot* find(std::int64_t seq);
  std::int64_t window() const { return static_cast<std::int64_t>(slots_.size()); }
  void grow();
  void schedule(Instant now);

  TwccConfig config_;
  rtp::SeqUnwrapper unwrapper_;
  std::vector<Slot> slots_;
  bool started_ = false;
  std::int64_t next_to_report_ = 0;
  std::int64_t end_ = 0;  // one past the highest received
  std::size_t waiting_ = 0;
  Instant due_ = kNever;
  std::uint8_t feedback_count_ = 0;
  std::uint64_t packets_late_ = 0;
};

}  // namespace confab::cc
