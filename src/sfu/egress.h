// The way out of a shard. Control datagrams (STUN answers, DTLS, RTCP) leave as they come; media
// waits in its receivers' queues for the tick, and is grouped, stamped and protected only when it
// leaves (DESIGN §3.1). One arena, small enough for the L2 cache, holds a batch of messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/datagram.h"
#include "base/instant.h"
#include "rtc/srtp/crypto.h"
#include "sfu/counters.h"
#include "sfu/flush_clock.h"
#include "sfu/receiver_queue.h"
#include "sfu/segment_planner.h"

namespace confab::sfu {

struct EgressOptions {
  std::size_t queue_packets_max = 512;
  // What one receiver is sent in 1 ms, however many flushes there are in it, or a quarter of what
  // waits if that is more; the rest follows in the next. A key frame leaves as a train of such
  // bursts instead of filling the queue of the receiver's access point, and after a time without
  // sending nothing waits for long.
  std::size_t burst_bytes_max = 24 * 1024;
  std::uint8_t padding_max = 64;
  std::size_t datagram_bytes_max = 1400;
  Duration frame_gather = 2ms;
  Duration flush_under_load = 1ms;
  Duration flush_under_heavy_load = 2ms;
};

class Egress {
 public:
  // `crypto` is what the queues' senders were made with.
  Egress(const EgressOptions& options, srtp::CryptoProvider& crypto, ShardCounters& counters);
  ~Egress();
  Egress(const Egress&) = delete;
  Egress& operator=(const Egress&) = delete;

  // A whole datagram, sent as it is at the next poll.
  void send_control(const Path& path, PacketRef packet);
  // Queues a media packet. completes_frame: nothing that belongs with it is to be expected.
  void send_media(Instant now, ReceiverQueue& queue, EgressEntry&& entry, bool completes_frame);
  // Whether send_media would take a packet for this receiver.
  bool has_room(const ReceiverQueue& queue, EgressClass which) const {
    return queue.lane(which).waiting.size() < options_.queue_packets_max;
  }
  // Whether so much waits for the receiver that repeats would only add to it: a quarter of what
  // may.
  bool is_backlogged(const ReceiverQueue& queue, EgressClass which) const {
    return queue.lane(which).waiting.size() > options_.queue_packets_max / 4;
  }
  // A burst that probes its link is to be sent to the receiver, whether anything waits or not.
  void begin_probe(Instant now, ReceiverQueue& queue);
  // Takes out what a consumer that goes away has waiting.
  void purge(ReceiverQueue& queue, const EgressStream& stream);
  // The receiver goes away.
  void forget(ReceiverQueue& queue);

  // When poll has something, kNever if nothing waits.
  Instant next_timeout() const;
  // At most 64 messages, valid until the next call. Empty when nothing is due. Some of the
  // cryptography is done for all packets together (srtp/crypto.h), but always before this returns:
  // between calls no sender has anything unfinished, so transports may go at any time.
  std::span<const Transmit> poll(Instant now);

  std::size_t queued_packets() const { return queued_; }

 private:
  struct ControlDatagram {
    Path path;
    PacketRef packet;
  };
  struct Lane {
    explicit Lane(const FlushClock& flush_clock) : clock(flush_clock) {}
    FlushClock clock;
    RingQueue<ReceiverQueue*> ready;  // nullptr where a receiver went away
    RingQueue<ReceiverQueue*> later;  // had their burst, and wait for the next
    std::uint32_t burst = 0;          // the number of the present one
    Instant next_burst_at{};
    bool is_draining = false;
  };

  void poll_control();
  // False when the batch is full.
  bool drain(Instant now, EgressClass which);
  // What waits for one receiver, as far as a burst reaches. False when the batch is full.
  bool serve(ReceiverQueue& queue, ReceiverQueue::Lane& lane, std::uint32_t burst);
  // Queues as much padding as is due of a burst that probes the link.
  void add_padding(Instant now, ReceiverQueue& queue);
  void begin_flush(Instant now, Lane& out);
  std::size_t burst_left(ReceiverQueue::Lane& lane, std::uint32_t burst) const;
  bool send_one_message(ReceiverQueue& queue, ReceiverQueue::Lane& lane, std::size_t bytes_max);
  std::size_t load_waiting(const ReceiverQueue& queue, const RingQueue<EgressEntry>& waiting,
                           std::size_t bytes_max);
  std::size_t write_message(ReceiverQueue& queue, RingQueue<EgressEntry>& waiting,
                            const PlannedMessage& plan);
  // Before it leaves, with its number if it carries one.
  void note_sent(ReceiverQueue& queue, const EgressEntry& entry, std::size_t bytes);
  void take_out(RingQueue<EgressEntry>& waiting, std::size_t loaded, const PlannedMessage& plan);
  void drop_all(ReceiverQueue::Lane& lane, Drop reason);
  Lane& lane(EgressClass which) { return lanes_[static_cast<std::size_t>(which)]; }
  std::size_t arena_room() const;

  EgressOptions options_;
  srtp::CryptoProvider& crypto_;
  ShardCounters& counters_;
  std::array<Lane, kEgressClasses> lanes_;
  RingQueue<ControlDatagram> control_;
  std::vector<PacketRef> control_sent_;  // what the last batch's views point into
  std::vector<Transmit> batch_;
  std::unique_ptr<std::uint8_t[]> arena_;
  std::size_t arena_used_ = 0;
  std::array<WaitingPacket, kSegmentsMax> waiting_;
  Instant now_{};    // of the batch
  SendStamp stamp_;  // of the batch; transport_seq of the packet
  std::size_t queued_ = 0;
};

}  // namespace confab::sfu
