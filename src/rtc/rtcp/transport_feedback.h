// Transport-wide congestion control feedback: which packets of a transport arrived, and when
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/instant.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/types.h"

namespace confab::rtcp {

//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|  FMT=15 |    PT=205     |           length              |
// |                     SSRC of packet sender                     |
// |                      SSRC of media source                     |
// |      base sequence number     |      packet status count      |
// |                 reference time (64 ms)        | fb pkt. count |
// |          packet chunk         |   ...         |   recv delta  |

inline constexpr Duration kReferenceTick = 64ms;
inline constexpr Duration kDeltaTick = 250us;

// A feedback packet, checked as a whole: every status has its chunk and every arrival its delta.
struct TransportFeedback {
  Ssrc sender;
  Ssrc media;
  SeqNo base_seq;
  std::uint16_t status_count = 0;   // sequence numbers covered, from base_seq on
  std::int32_t reference_time = 0;  // signed 24 bits, in units of kReferenceTick
  std::uint8_t feedback_count = 0;
  std::uint16_t received_count = 0;
  ByteView chunks;
  ByteView deltas;

  // Calls visit(SeqNo, Duration) for each packet that arrived, in sequence order, with its arrival
  // on the receiver's own clock (whose epoch is unknown: only differences count). What is covered
  // and not visited was not received. A run of lost packets costs nothing, whatever its length.
  template <typename Visit>
  void for_each_received(Visit&& visit) const;
};
std::optional<TransportFeedback> parse_transport_feedback(const PacketView& packet);

namespace internal {
enum class Symbol : std::uint8_t {
  kNotReceived = 0,
  kSmallDelta = 1,
  kLargeDelta = 2,
  kReserved = 3
};

// Calls visit(first index, how many, symbol) over the chunks, no further than `count` statuses.
// Returns the bytes of chunks used; nothing if they end too early.
template <typename Visit>
std::optional<std::size_t> walk_chunks(ByteView data, std::size_t count, Visit&& visit) {
  std::size_t at = 0;
  for (std::size_t done = 0; done < count; at += 2) {
    if (data.size() - at < 2) return std::nullopt;
    const unsigned chunk = load_be16(&data[at]);
    const auto emit = [&](std::size_t n, unsigned symbol) {
      n = n < count - done ? n : count - done;
      if (n > 0) visit(done, n, static_cast<Symbol>(symbol));
      done += n;
    };
    if ((chunk & 0x8000U) == 0) {  // run length: symbol, 13-bit length
      const std::size_t length = chunk & 0x1FFFU;
      if (length == 0) return std::nullopt;
      emit(length, (chunk >> 13) & 3U);
    } else if ((chunk & 0x4000U) == 0) {  // vector of 14 one-bit symbols
      for (int bit = 13; bit >= 0; --bit) emit(1, (chunk >> bit) & 1U);
    } else {  // vector of 7 two-bit symbols
      for (int bit = 12; bit >= 0; bit -= 2) emit(1, (chunk >> bit) & 3U);
    }
  }
  return at;
}
}  // namespace internal

// Builds one feedback packet. Arrivals are added in sequence order; numbers left out between them
// are reported as not received. No allocation: the size is bounded by the arrays.
class TransportFeedbackBuilder {
 public:
  static constexpr std::size_t kReceivedMax = 400;
  static constexpr std::size_t kStatusesMax = 4096;
  // What build() never exceeds: a datagram with room for SRTCP's trailer.
  static constexpr std::size_t kBytesMax = 1200;

  // base_seq: the first number covered. first_arrival: that of the first packet to be added.
  TransportFeedbackBuilder(SeqNo base_seq, Instant first_arrival);

  // False if it does not fit any more (too many, or the delta is beyond 16 bits): build what is
  // there and begin another packet with this one. `seq` must lie behind those already added.
  bool add_received(SeqNo seq, Instant arrival);

  // Statuses covered so far: from base_seq to the last one added.
  std::size_t status_count() const { return status_count_; }
  // The whole RTCP packet, padded to words; 0 if `out` is too small or nothing was added.
  std::size_t build(MutableBytes out, Ssrc sender, Ssrc media, std::uint8_t feedback_count) const;

 private:
  struct Arrival {
    std::uint16_t index;  // from base_seq
    std::int16_t delta;   // in units of kDeltaTick
  };
  void write_chunks(ByteWriter& writer) const;

  SeqNo base_seq_;
  std::int64_t reference_time_;  // in units of kReferenceTick
  std::int64_t last_tick_;       // the last arrival, in units of kDeltaTick
  std::size_t status_count_ = 0;
  std::size_t received_ = 0;
  std::size_t delta_bytes_ = 0;
  std::array<Arrival, kReceivedMax> arrivals_;  // the first received_
};

template <typename Visit>
void TransportFeedback::for_each_received(Visit&& visit) const {
  Duration arrival = reference_time * kReferenceTick;
  ByteReader reader(deltas);
  internal::walk_chunks(
      chunks, status_count, [&](std::size_t first, std::size_t n, internal::Symbol symbol) {
        if (symbol == internal::Symbol::kNotReceived) return;
        for (std::size_t i = 0; i < n; ++i) {
          const std::int64_t delta = symbol == internal::Symbol::kSmallDelta
                                         ? std::int64_t{reader.u8()}
                                         : std::int64_t{static_cast<std::int16_t>(reader.u16())};
          arrival += delta * kDeltaTick;
          visit(base_seq + static_cast<std::int64_t>(first + i), arrival);
        }
      });
}

}  // namespace confab::rtcp
