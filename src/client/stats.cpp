#include "client/stats.h"

namespace confab::client {

Counters operator+(const Counters& a, const Counters& b) {
  Counters sum = a;
  sum.packets_sent += b.packets_sent;
  sum.bytes_sent += b.bytes_sent;
  sum.packets_received += b.packets_received;
  sum.bytes_received += b.bytes_received;
  sum.packets_missing += b.packets_missing;
  sum.packets_late += b.packets_late;
  sum.packets_repaired += b.packets_repaired;
  sum.packets_duplicate += b.packets_duplicate;
  sum.packets_retransmitted += b.packets_retransmitted;
  sum.packets_verified += b.packets_verified;
  sum.key_frames_sent += b.key_frames_sent;
  sum.nacks_sent += b.nacks_sent;
  sum.nacks_received += b.nacks_received;
  sum.plis_sent += b.plis_sent;
  sum.plis_received += b.plis_received;
  sum.transport_feedback_received += b.transport_feedback_received;
  sum.drop_srtp += b.drop_srtp;
  sum.drop_malformed += b.drop_malformed;
  sum.drop_unknown_ssrc += b.drop_unknown_ssrc;
  sum.drop_unstamped += b.drop_unstamped;
  sum.drop_no_room += b.drop_no_room;
  return sum;
}

void Stats::merge(const Stats& other) {
  counters = counters + other.counters;
  audio_delay.merge(other.audio_delay);
  video_delay.merge(other.video_delay);
  round_trip.merge(other.round_trip);
  recovery.merge(other.recovery);
}

}  // namespace confab::client
