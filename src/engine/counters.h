// What the packet loop counts. Plain integers of one shard; others see snapshots of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/delay_sampler.h"

namespace confab::engine {

struct LoopCounters {
  // UDP in
  std::uint64_t datagrams_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t receive_batches = 0;
  std::uint64_t kernel_receive_drops = 0;  // SO_RXQ_OVFL: the socket buffer was full
  std::uint64_t drop_oversize = 0;         // larger than limits::kPacketBytes
  std::uint64_t drop_no_buffer = 0;        // the packet pool was exhausted
  // UDP out
  std::uint64_t messages_sent = 0;  // one skb through the kernel's UDP path each
  std::uint64_t datagrams_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t send_batches = 0;
  std::uint64_t drop_send_would_block = 0;
  std::uint64_t drop_send_error = 0;
  std::uint64_t drop_message_too_long = 0;  // a single datagram above the path's MTU
  std::uint64_t gso_refused = 0;            // sent again unsegmented
  // TCP
  std::uint64_t tcp_accepted = 0;
  std::uint64_t tcp_closed = 0;
  std::uint64_t tcp_refused = 0;             // at the limit of connections, or of descriptors
  std::uint64_t tcp_out_of_descriptors = 0;  // accept(2) had nothing to take one in with
  std::uint64_t tcp_unproven = 0;            // closed: no valid check came on it in time
  std::uint64_t tcp_frames_received = 0;
  std::uint64_t tcp_frames_sent = 0;
  std::uint64_t tcp_bytes_received = 0;
  std::uint64_t tcp_bytes_sent = 0;
  std::uint64_t drop_tcp_broken_framing = 0;
  std::uint64_t drop_tcp_queue_full = 0;
  std::uint64_t drop_tcp_no_connection = 0;
  // The loop
  DelayHistogram forwarding_delay;  // of messages of UDP packets, by the oldest in each
  std::uint64_t iterations = 0;
  std::uint64_t flush_yields = 0;  // a flush that let receiving go first

  // Datagrams per skb: what the cost per packet depends on.
  double packets_per_message() const {
    return messages_sent == 0
               ? 0.0
               : static_cast<double>(datagrams_sent) / static_cast<double>(messages_sent);
  }
};

// Name and value of each counter, as metrics show them.
std::vector<std::pair<std::string_view, std::uint64_t>> named_counters(const LoopCounters& c);

}  // namespace confab::engine
