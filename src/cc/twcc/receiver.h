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
  // Sooner when as many packets wait to be reported: one feedback packet's worth.
  std::size_t packets_max = 300;
  // How far back a late packet is still reported: older ones the sender has written off.
  Duration history = 500ms;
};

// One per transport. Memory is fixed at construction.
class TwccReceiver {
 public:
  explicit TwccReceiver(const TwccConfig& config = {});

  // Each packet that carries the transport-wide sequence number, whatever its SSRC.
  void on_packet(Instant now, std::uint16_t transport_seq);

  // kNever while nothing waits to be reported.
  Instant next_timeout() const;
  // Writes one feedback packet (RTCP, not yet protected) when it is due; returns its size, 0 when
  // nothing is. Call until 0. 1200 bytes of room always do. `media`: any SSRC of the peer's.
  std::size_t poll(Instant now, MutableBytes out, rtp::Ssrc sender, rtp::Ssrc media);

  std::uint64_t packets_late() const { return packets_late_; }  // too old to be reported

 private:
  // Sequence numbers remembered: a power of two, so a place is seq & mask. At 1150 B it is 500 ms
  // of 150 Mbit/s.
  static constexpr std::size_t kWindow = 8192;
  struct Slot {
    std::int64_t seq;
    Instant arrival;
  };

  const Slot* find(std::int64_t seq) const;
  void restart(std::int64_t seq);
  bool is_due(Instant now) const;

  TwccConfig config_;
  rtp::SeqUnwrapper unwrapper_;
  std::vector<Slot> slots_;
  std::int64_t next_to_report_ = 0;
  std::int64_t end_ = 0;  // one past the highest received
  std::size_t waiting_ = 0;
  Instant due_ = kNever;
  std::uint8_t feedback_count_ = 0;
  std::uint64_t packets_late_ = 0;
};

}  // namespace confab::cc
