// One direction of a network in virtual time: a policer and a bottleneck with its queue, delay,
// jitter, single and burst loss, duplicates and reordering, all drawn from one seed. May be changed
// while it carries.
//
//   send ─▶ policer ─▶ queue (drop-tail) ─▶ rate ─▶ loss ─▶ delay, jitter, reordering ─▶ arrival
//
// What is lost on the air behind the bottleneck took its time there: a lossy link is no faster.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "base/random.h"

namespace confab::sim {

// Shares are in 1/1000 and times whole nanoseconds, so that no floating point can tell builds
// apart.
struct LinkProfile {
  Duration delay = 10ms;
  // Up to so much more, without overtaking.
  Duration jitter{};
  std::uint32_t loss_permille = 0;
  std::uint32_t duplicate_permille = 0;
  // These are held back by reorder_by and overtaken.
  std::uint32_t reorder_permille = 0;
  Duration reorder_by = 15ms;

  // The bottleneck; 0: as fast as can be, and nothing waits.
  std::uint64_t rate_bps = 0;
  // What would have to wait longer, or find more bytes waiting, is dropped; 0 bytes: no such limit.
  Duration queue_max = 300ms;
  std::size_t queue_bytes_max = 0;
  // A token bucket that drops what comes faster, without a queue; 0: none.
  std::uint64_t policer_bps = 0;
  std::size_t policer_burst_bytes = 16'000;
  // Loss in bursts (Gilbert-Elliott): how likely one begins and ends with a packet, and how much of
  // it is lost meanwhile. The mean length is 1000 / burst_end_permille packets.
  std::uint32_t burst_begin_permille = 0;
  std::uint32_t burst_end_permille = 250;
  std::uint32_t burst_loss_permille = 1000;
  // What IP and UDP add to a datagram.
  std::size_t overhead_bytes = 28;
};

enum class LinkFate : std::uint8_t { kDelivered, kLost, kQueueFull, kPoliced };

class Link {
 public:
  Link(const LinkProfile& profile, std::uint64_t seed) : profile_(profile), random_(seed) {}

  // When the datagram arrives: never, once or twice.
  struct Fate {
    std::array<Instant, 2> arrivals{};
    std::size_t copies = 0;
  };
  Fate send(Instant now, std::size_t datagram_bytes);
  // From now on. What waits in the queue keeps its place and goes on at the new rate; what was said
  // of its arrival stands, but nothing overtakes it.
  void set_profile(Instant now, const LinkProfile& profile);
  const LinkProfile& profile() const { return profile_; }

  // How long a packet that came now would wait behind others.
  Duration queue(Instant now) const;

  // With headers, all that was sent into it.
  struct Totals {
    std::uint64_t offered_packets = 0;
    std::uint64_t offered_bytes = 0;
    std::uint64_t delivered_bytes = 0;
    std::uint64_t lost = 0;  // the packets, by reason
    std::uint64_t queue_full = 0;
    std::uint64_t policed = 0;
  };
  const Totals& totals() const { return totals_; }

  // A line of the queue log: what a datagram met.
  struct LogEntry {
    Instant at;
    Duration waited;
    std::uint32_t bytes = 0;  // with headers
    LinkFate fate = LinkFate::kDelivered;
  };
  // Off at first: an hour of a busy link is 20 MB.
  void keep_log(bool keep) { keeps_log_ = keep; }
  const std::vector<LogEntry>& log() const { return log_; }

 private:
  bool happens(std::uint32_t permille) {
    return permille > 0 && random_.between(0, 999) < permille;
  }
  bool is_lost();
  bool is_policed(Instant now, std::size_t bytes);
  bool is_queue_full(Instant now, std::size_t bytes) const;
  void note(Instant now, Duration waited, std::size_t bytes, LinkFate fate);

  LinkProfile profile_;
  SeededRandom random_;
  bool in_burst_ = false;
  Instant policer_full_at_{};  // when its bucket would be full again
  Instant busy_until_{};       // when the last packet that was taken leaves the bottleneck
  Instant last_arrival_{};
  Totals totals_;
  bool keeps_log_ = false;
  std::vector<LogEntry> log_;
};

}  // namespace confab::sim
