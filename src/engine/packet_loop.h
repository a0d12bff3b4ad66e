// The loop of one shard: epoll over its UDP sockets, TCP ports and mailbox, a PacketHandler in the
// middle. The handler never learns where bytes come from or what time really is.
//
//   epoll ─▶ recvmmsg ─▶ handler.handle_packets ─▶ on_turn ─▶ poll_transmit ─▶ sendmmsg ─▶
//   on_wake ─▶ handler.handle_timeout ─▶ on_turn ─▶ poll_transmit ─▶ sendmmsg
//      ▲                                     │
//      └── a flush yields every 0.5 ms ◀─────┘
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/datagram.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/packet.h"
#include "engine/counters.h"
#include "engine/fd.h"
#include "engine/tcp_port.h"
#include "engine/udp_socket.h"

namespace confab::engine {

struct LoopOptions {
  // One UDP socket and one TCP listener for each.
  std::vector<Endpoint> listen;
  bool tcp = true;
  UdpOptions udp;
  TcpOptions tcp_options;
};

// The sockets of one address, bound on any thread and given to a loop by add().
struct Listener {
  std::unique_ptr<UdpSocket> udp;
  std::unique_ptr<TcpPort> tcp;  // of the same port; nullptr without TCP

  const Endpoint& local() const { return udp->local(); }
};
std::expected<Listener, ListenError> open_listener(const Endpoint& local,
                                                   const LoopOptions& options);

// What else happens on the shard's thread.
struct LoopHooks {
  // After wake(), when the packets that came in have been forwarded.
  std::function<void(Instant)> on_wake = [](Instant) {};
  // Before anything is sent, once or twice in a round: what comes from and goes to other threads'
  // rings.
  std::function<void(Instant)> on_turn = [](Instant) {};
  // Whether on_turn has something to read: asked before the loop sleeps.
  std::function<bool()> has_more = [] { return false; };
  // After each round, when all that came in has been handled and sent.
  std::function<void(Instant)> after_round = [](Instant) {};
};

class PacketLoop {
 public:
  // `now` reads the monotonic clock: once per batch, never per packet.
  using Clock = std::function<Instant()>;

  // Opens all sockets, or says which could not be opened.
  static Result<std::unique_ptr<PacketLoop>> open(const LoopOptions& options, PacketPool& pool,
                                                  Clock clock);
  ~PacketLoop();

  // ---- addresses come and go: before run(), then on the shard's thread only ----
  Result<void> add(Listener listener);
  // Closes what listens there and the connections that came by it. Its number (Path::channel of UDP
  // paths) is given to the next: nothing may be left that knows a path there.
  void remove(const Endpoint& local, PacketHandler& handler);

  // The bound UDP endpoints, in the order in which they were added (TCP has the same ports).
  const std::vector<Endpoint>& local_endpoints() const { return local_endpoints_; }
  int receive_buffer_bytes() const;
  bool has_gso() const;

  // Runs until stop().
  void run(PacketHandler& handler, const LoopHooks& hooks);
  // From any thread.
  void wake();
  // After making something visible that has_more() looks at, by a sequentially consistent store.
  // Costs a system call only if the loop sleeps, or is about to.
  void wake_if_asleep();
  void stop();

  // The shard's thread only.
  const LoopCounters& counters() const { return counters_; }
  std::size_t tcp_connections() const;

 private:
  PacketLoop(PacketPool& pool, Clock clock, const TcpLimits& tcp_limits);
  Result<void> make_descriptors();
  int wait(std::span<epoll_event> events, Instant until);
  void sample_delay();
  void note_connections();
  bool receive_udp(UdpSocket& socket, PacketHandler& handler);
  void serve_tcp(std::uint32_t channel, std::uint32_t events, PacketHandler& handler);
  TcpPort* tcp_port_of(std::uint32_t channel) const;
  void close_tcp(TcpPort& port, std::uint32_t channel, PacketHandler& handler);
  // True when there is more to send after receiving.
  bool flush(PacketHandler& handler);
  void send(Instant now, std::span<const Transmit> batch, PacketHandler& handler);
  void close_idle_tcp(PacketHandler& handler);

  PacketPool& pool_;
  Clock clock_;
  Fd epoll_;
  Fd wake_fd_;
  bool has_fine_wait_ = true;  // epoll_pwait2(2)
  TcpShare tcp_share_;
  ReserveDescriptor reserve_;
  std::vector<Listener> listeners_;  // by channel; empty where one was removed
  std::vector<Endpoint> local_endpoints_;
  std::uint32_t next_channel_;
  Instant now_{};
  Instant idle_check_at_ = kNever;
  DelaySampler sampler_;
  std::vector<Path> broken_;
  LoopCounters counters_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> asleep_{false};
};

}  // namespace confab::engine
