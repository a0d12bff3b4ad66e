// Threads that each serve many connected UDP sockets, for programs that play many clients at once:
// epoll, recvmmsg and sendmmsg, deadlines. The counterpart of `engine`, which serves one socket for
// all. Without UDP_GRO on purpose: a server that sends GSO messages would look cheaper than it is
// on a wire if the receiver took them in whole. Sending with GSO gives nothing away: the kernel
// cuts a message up before the other side's socket sees it.
//
// UdpClients belongs to the thread that made it; everything about a client happens on the thread of
// its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/datagram_batch.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"

namespace confab {

// What has a socket of its own. Called on its loop's thread alone.
class UdpClient {
 public:
  virtual ~UdpClient() = default;
  // Once, when the socket is there.
  virtual void handle_open(Instant now, DatagramBatch& out) = 0;
  // May be changed in place.
  virtual void handle_packet(Instant now, MutableBytes datagram, DatagramBatch& out) = 0;
  virtual void handle_timeout(Instant now, DatagramBatch& out) = 0;
  virtual Instant next_timeout() const = 0;
};

// What a loop counted since it started.
struct UdpLoopCounters {
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t receive_calls = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t send_refused = 0;       // by the kernel: buffer full, or nobody there
  std::uint64_t receive_overflows = 0;  // datagrams the kernel dropped, since we were late
};

class UdpClientLoop {
 public:
  using ClientId = std::uint32_t;
  using Task = std::move_only_function<void(Instant now)>;

  // Starts the thread.
  UdpClientLoop();
  // Ends it; clients are destroyed on it.
  ~UdpClientLoop();
  UdpClientLoop(const UdpClientLoop&) = delete;
  UdpClientLoop& operator=(const UdpClientLoop&) = delete;

  // ---- any thread ----
  // Runs on the loop's thread, in order.
  void post(Task task);

  // ---- the loop's thread, from posted tasks ----
  // A socket connected to `remote`; handle_open is called before this returns. kUnavailable with
  // the system's reason.
  Result<ClientId> add(Instant now, const Endpoint& remote, std::unique_ptr<UdpClient> client);
  void remove(ClientId id);
  // Nullptr when it was removed.
  UdpClient* find(ClientId id);
  // A posted task has changed what a client wants to send or when it wants to be woken.
  void touch(ClientId id);
  UdpLoopCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab
