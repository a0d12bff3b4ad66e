// The packets that wait for one receiver, audio apart from video, with what sending to it takes.
// Part of its WebRtcTransport, used by its SubscribingSide; registered with the shard's Egress
// while it holds packets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "base/net.h"
#include "rtc/srtp/session.h"
#include "sfu/egress_entry.h"
#include "sfu/rate_control.h"
#include "sfu/repeat_budget.h"
#include "sfu/ring_queue.h"
#include "sfu/unproven_budget.h"

namespace confab::sfu {

// In a flush all receivers' audio leaves before any video: a late voice is heard, a late picture
// is not seen.
enum class EgressClass : std::uint8_t { kAudio, kVideo };
inline constexpr std::size_t kEgressClasses = 2;

// Who makes the padding of bursts that probe a link.
class PaddingSource {
 public:
  // Nothing if no stream can carry it now.
  virtual std::optional<EgressEntry> make_padding() = 0;

 protected:
  ~PaddingSource() = default;
};

struct ReceiverQueue {
  struct Lane {
    RingQueue<EgressEntry> waiting;
    bool is_ready = false;  // in one of Egress's lists of those that have something to send
    // What it may still be sent in the burst of this number.
    std::uint32_t burst = 0;
    std::size_t burst_left = 0;
  };
  std::array<Lane, kEgressClasses> lanes;

  // Where to and under which keys; both are needed to send.
  std::optional<Path> path;
  srtp::SrtpSender* sender = nullptr;
  // Nothing authentic came from there yet, and nothing else shows that the peer is there: it is
  // sent no more than `unproven` gives.
  bool is_unproven = false;
  UnprovenBudget unproven;
  std::size_t overhead = 0;             // what the sender adds to an RTP packet
  std::int64_t next_transport_seq = 0;  // on the wire its lower 16 bits
  // Is told of what leaves, and may want padding besides; neither without a SubscribingSide.
  RateControl* rate = nullptr;
  PaddingSource* padding = nullptr;
  RepeatBudget repeats;
  // As the handshake took it, which is no less than it is; zero if there was none yet. Good until
  // the first report.
  Duration handshake_rtt{};

  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;

  Lane& lane(EgressClass which) { return lanes[static_cast<std::size_t>(which)]; }
  const Lane& lane(EgressClass which) const { return lanes[static_cast<std::size_t>(which)]; }
  void set_sender(srtp::SrtpSender& with_keys) {
    sender = &with_keys;
    overhead = with_keys.rtp_overhead();
  }
  bool can_send() const { return path.has_value() && sender != nullptr; }
  bool is_probing() const { return rate != nullptr && rate->is_probing(); }
  std::size_t size() const { return lanes[0].waiting.size() + lanes[1].waiting.size(); }
};

}  // namespace confab::sfu
