// ICE-TCP, passive (RFC 6544): one listening port of a shard and its connections, each a stream of
// RFC 4571 frames. Used by the shard's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/datagram.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/packet.h"
#include "engine/counters.h"
#include "engine/descriptors.h"
#include "engine/fd.h"
#include "engine/listen_error.h"
#include "engine/rfc4571.h"
#include "engine/tcp_share.h"

namespace confab::engine {

struct TcpOptions {
  TcpLimits limits;  // of all listeners of a loop together
  // What may wait for a slow reader: half a second of 4 Mbit/s. Later frames are dropped whole.
  std::size_t queue_bytes_max = 256 * 1024;
  // ICE keeps a used connection busy (consent checks every few seconds, RFC 7675 §5.1).
  Duration idle_max = 45s;
  // ... and before all others: a peer that has a way here checks it at once. Who has not shown for
  // so long that it belongs to somebody (PacketHandler::has_path) is not waited for.
  Duration unproven_max = 5s;
};

class TcpPort {
 public:
  // Binds, on any thread. It listens only from attach() on.
  static std::expected<std::unique_ptr<TcpPort>, ListenError> open(const Endpoint& local,
                                                                   const TcpOptions& options);
  // `epoll_fd` gets the listener and each connection, with the channel number in data.u64. `share`
  // and `next_channel` are those of all listeners of a loop, and outlive this.
  Result<void> attach(std::uint32_t listener_channel, int epoll_fd, TcpShare& share,
                      ReserveDescriptor& reserve, std::uint32_t& next_channel);
  ~TcpPort();

  const Endpoint& local() const { return local_; }
  std::uint32_t listener_channel() const { return listener_channel_; }
  bool owns(std::uint32_t channel) const { return connections_.contains(channel); }
  std::size_t connections() const { return connections_.size(); }

  // Takes in whoever waits, or tells them that there is no room. Where the kernel gives nothing to
  // do either with, nobody is looked at until resume().
  void accept(Instant now, LoopCounters& counters);
  // When to call resume(); kNever if it accepts.
  Instant resume_at() const { return resume_at_; }
  void resume();
  // Reads what is there; calls on_packet(ReceivedPacket&&) for each frame. False when the
  // connection is gone, after which its path will not come again.
  bool read(std::uint32_t channel, Instant now, PacketPool& pool, LoopCounters& counters,
            const std::function<void(ReceivedPacket&&)>& on_packet);
  // Each segment becomes a frame. False when the connection broke.
  bool send(const Transmit& message, LoopCounters& counters);
  // The socket takes bytes again. False when the connection broke.
  bool write_pending(std::uint32_t channel, LoopCounters& counters);
  // Closes connections that have been idle too long, or are nobody's; appends their paths to
  // `closed`.
  void close_idle(Instant now, const PacketHandler& handler, LoopCounters& counters,
                  std::vector<Path>& closed);
  std::vector<std::uint32_t> channels() const;
  Path path_of(std::uint32_t channel) const;
  void close(std::uint32_t channel, LoopCounters& counters);

 private:
  struct Connection {
    Connection(Fd f, const Path& p, Instant now);
    Fd fd;
    Path path;
    FrameReader reader;
    Instant last_frame;
    Instant last_proven;              // when it was known to be somebody's
    std::vector<std::uint8_t> queue;  // bytes not written yet, whole frames but the first
    std::size_t queue_at = 0;
    bool wants_write = false;
  };

  TcpPort(Fd fd, const TcpOptions& options);
  bool take_in(Fd fd, const Endpoint& remote, Instant now);
  bool poll_listener(std::uint32_t events);
  bool flush(Connection& connection, LoopCounters& counters);
  bool watch(Connection& connection, bool write);

  Fd fd_;
  TcpOptions options_;
  Endpoint local_;
  std::uint32_t listener_channel_ = 0;
  int epoll_fd_ = -1;
  TcpShare* share_ = nullptr;
  ReserveDescriptor* reserve_ = nullptr;
  std::uint32_t* next_channel_ = nullptr;
  Instant resume_at_ = kNever;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;
};

}  // namespace confab::engine
