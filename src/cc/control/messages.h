// What goes into congestion control and what comes out. Rates are bits per second; bytes are those
// on the wire, headers below RTP included (wire_overhead); arrivals are on the receiver's clock, of
// which only differences count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/instant.h"

namespace confab::cc {

enum class PacketClass : std::uint8_t { kAudio, kVideo, kRepeat, kPadding };

// The bursts that measure what a link can carry are numbered; this is none of them.
inline constexpr std::uint8_t kNoProbe = 0;

enum class Transport : std::uint8_t { kUdpOverIpv4, kUdpOverIpv6, kTcp };

// What the payload of a datagram costs besides. Without these bytes the estimate of a 1 Mbit/s link
// stood so high that 465 ms waited in it.
constexpr std::size_t wire_overhead(Transport transport) {
  switch (transport) {
    case Transport::kUdpOverIpv4:
      return 20 + 8;
    case Transport::kUdpOverIpv6:
      return 40 + 8;
    case Transport::kTcp:
      return 20 + 20 + 2;  // RFC 4571's length
  }
  return 0;
}

struct SentPacket {
  std::int64_t seq = 0;  // transport-wide, unwrapped; rises by one with each
  Instant at;            // when it was handed out
  std::uint16_t bytes = 0;
  PacketClass kind = PacketClass::kVideo;
  std::uint8_t probe = kNoProbe;
};

// Transport-wide feedback, parsed: of `status_count` packets from `base_seq` on those in `arrivals`
// came, and the others did not (so far). In the order of their sequence.
struct Feedback {
  struct Arrival {
    std::uint16_t seq = 0;
    Duration at{};
  };
  std::uint16_t base_seq = 0;
  std::uint16_t status_count = 0;
  std::span<const Arrival> arrivals;
};

// What the feedback said of one packet that it had not said before.
struct PacketResult {
  std::int64_t seq = 0;
  Instant sent_at;
  Duration arrived{};  // if received
  std::uint16_t bytes = 0;
  PacketClass kind = PacketClass::kVideo;
  std::uint8_t probe = kNoProbe;
  bool received = false;
  bool was_lost = false;  // received after all: a loss to be taken back
};

// A burst to be sent at a rate above the present one.
struct ProbeCluster {
  std::uint8_t id = kNoProbe;
  double rate_bps = 0;
  std::size_t bytes_min = 0;
  std::size_t packets_min = 0;
};

// What media would need.
struct Demand {
  double now_bps = 0;
  double next_step_bps = 0;  // with the next layer that is wanted; 0: there is none
  double ideal_bps = 0;      // with all that is wanted
};

enum class LinkState : std::uint8_t {
  kNormal,
  kOverused,   // its queue grows
  kUnderused,  // its queue empties
  kDraining,   // it has a standing queue, which is let run empty
  kLossy,      // limited by loss
  kSilent,     // nothing is heard of what was sent
  kCount
};
inline constexpr std::size_t kLinkStates = static_cast<std::size_t>(LinkState::kCount);
std::string_view to_string(LinkState state);

// What the target was limited by last.
enum class Cause : std::uint8_t {
  kStart,
  kDelay,
  kLoss,
  kQueue,
  kRemb,
  kProbe,
  kSilence,
  kFarAway
};
std::string_view to_string(Cause cause);

struct Update {
  double target_bps = 0;
  double pacing_bps = 0;
  LinkState state = LinkState::kNormal;
  Cause cause = Cause::kStart;
  bool audio_only = false;
  // To be sent next, in order; valid until the next call.
  std::span<const ProbeCluster> probes;
};

}  // namespace confab::cc
