// What all transports of one thread count together: plain numbers, copied out when asked.
#pragma once

#include <cstdint>

#include "client/histogram.h"

namespace confab::client {

struct Counters {
  // Media, retransmissions included; bytes as in the datagram.
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_received = 0;
  std::uint64_t bytes_received = 0;

  // Of what was received by sequence numbers: left out at first, and what of it came after all,
  // late by itself or repaired by RTX. The difference is lost for good.
  std::uint64_t packets_missing = 0;
  std::uint64_t packets_late = 0;
  std::uint64_t packets_repaired = 0;
  std::uint64_t packets_duplicate = 0;

  std::uint64_t packets_retransmitted = 0;  // as RTX, because the server asked
  std::uint64_t packets_verified = 0;       // decrypted, not only counted
  std::uint64_t key_frames_sent = 0;
  std::uint64_t nacks_sent = 0;
  std::uint64_t nacks_received = 0;
  std::uint64_t plis_sent = 0;
  std::uint64_t plis_received = 0;
  std::uint64_t transport_feedback_received = 0;

  std::uint64_t drop_srtp = 0;          // authentication, replay, malformed
  std::uint64_t drop_malformed = 0;     // not RTP, RTCP, DTLS or STUN
  std::uint64_t drop_unknown_ssrc = 0;  // before the consumer was set up, or after it closed
  std::uint64_t drop_unstamped = 0;     // verified, and not one of our payloads
  std::uint64_t drop_no_room = 0;       // the outgoing batch was full
};

// Everything added up, member by member.
Counters operator+(const Counters& a, const Counters& b);

struct Stats {
  Counters counters;
  // From composing the packet at the publisher to receiving it at the subscriber; both have the
  // same clock, since they are one process.
  Histogram audio_delay;
  Histogram video_delay;
  // STUN request to response: the path and the server's loop.
  Histogram round_trip;
  // From when a participant heard that media was lost to the first new packet of each track that it
  // receives.
  Histogram recovery;

  void merge(const Stats& other);
};

}  // namespace confab::client
