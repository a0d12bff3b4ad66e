// One UDP socket of a shard: receives in batches into pooled packets, sends batches of GSO
// messages. Used by the shard's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/datagram.h"
#include "base/packet.h"
#include "engine/counters.h"
#include "engine/fd.h"
#include "engine/listen_error.h"

namespace confab::engine {

inline constexpr std::size_t kReceiveBatch = 32;
// The most messages one sendmmsg takes here; PacketHandler hands out no more at a time.
inline constexpr std::size_t kSendBatch = 64;

struct UdpOptions {
  // The kernel's default of 208 KiB holds 92 packets; a fan-out that takes longer than they take to
  // arrive loses the rest (what bounds mediasoup's loss-free rate).
  int receive_buffer_bytes = 4 << 20;
  int send_buffer_bytes = 4 << 20;
};

class UdpSocket {
 public:
  // Binds. `channel` is what Path::channel says for packets of this socket. The error says which
  // address and what to do.
  static std::expected<std::unique_ptr<UdpSocket>, ListenError> open(const Endpoint& local,
                                                                     std::uint32_t channel,
                                                                     const UdpOptions& options);

  ~UdpSocket();

  int fd() const { return fd_.get(); }
  // Before the first packet.
  void set_channel(std::uint32_t channel) { channel_ = channel; }
  // With the real port when 0 was asked for.
  const Endpoint& local() const { return local_; }
  // What the kernel granted; less than asked for means net.core.rmem_max is too low.
  int receive_buffer_bytes() const { return receive_buffer_bytes_; }
  bool has_gso() const { return has_gso_; }

  // Off at first. Costs a system call.
  void set_stamps(DelaySampler::State state);
  // Receives at most kReceiveBatch datagrams. `batch` holds them until the next call. An empty span
  // means that there was nothing (or nowhere to put it).
  std::span<ReceivedPacket> receive(PacketPool& pool, LoopCounters& counters);

  // Sends all of them, in order; what can not be sent is dropped and counted. A message that the
  // path refuses as GSO is sent again unsegmented, and GSO is off for that receiver for a minute.
  void send(Instant now, std::span<const Transmit> messages, LoopCounters& counters);

 private:
  struct Scratch;
  UdpSocket(Fd fd, std::uint32_t channel);
  void refill(PacketPool& pool);
  // A datagram that does not fit into the slot it came into. False when there is none that it fits.
  bool move_to_larger(std::size_t i, PacketPool& pool);
  void read_control(std::size_t i, LoopCounters& counters, bool is_sampled);
  void send_run(std::span<const Transmit> messages, Instant now, LoopCounters& counters);
  void send_unsegmented(const Transmit& message, LoopCounters& counters);
  bool gso_allowed(const Endpoint& remote, Instant now);

  Fd fd_;
  std::uint32_t channel_;
  Endpoint local_;
  int receive_buffer_bytes_ = 0;
  bool has_gso_ = false;
  DelaySampler::State stamps_ = DelaySampler::State::kOff;
  // What came before the socket stamped has been read.
  bool is_caught_up_ = false;
  std::uint32_t kernel_drops_seen_ = 0;
  std::unique_ptr<Scratch> scratch_;
  // Receivers whose route refused a GSO message, and until when.
  std::unordered_map<Endpoint, Instant> no_gso_until_;
};

}  // namespace confab::engine
