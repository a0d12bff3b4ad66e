// ICE-TCP, passive (RFC 6544): one listening port of a shard and its connections, each a stream of
// RFC 4571 frames. Used by the shard's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/datagram.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/packet.h"
#include "engine/counters.h"
#include "engine/fd.h"
#include "engine/rfc4571.h"

namespace confab::engine {

struct TcpOptions {
  std::size_t connections_max = 2048;
  std::size_t connections_per_address_max = 256;  // an office behind one NAT
  // What may wait for a slow reader: half a second of 4 Mbit/s. Later frames are dropped whole.
  std::size_t queue_bytes_max = 256 * 1024;
  // ICE keeps a used connection busy (consent checks every few seconds, RFC 7675 §5.1).
  Duration idle_max = 45s;
};

class TcpPort {
 public:
  // Listens. `epoll_fd` gets the listener and each connection, with the channel number in data.u64.
  static Result<std::unique_ptr<TcpPort>> open(const Endpoint& local,
                                               std::uint32_t listener_channel,
                                               const TcpOptions& options, int epoll_fd,
                                               std::uint32_t* next_channel);
  ~TcpPort();

  const Endpoint& local() const { return local_; }
  std::uint32_t listener_channel() const { return listener_channel_; }
  bool owns(std::uint32_t channel) const { return connections_.contains(channel); }
  std::size_t connections() const { return connections_.size(); }

  // Takes in whoever waits.
  void accept(Instant now, LoopCounters& counters);
  // Reads what is there; calls on_packet(ReceivedPacket&&) for each frame. False when the
  // connection is gone, after which its path will not come again.
  bool read(std::uint32_t channel, Instant now, PacketPool& pool, LoopCounters& counters,
            const std::function<void(ReceivedPacket&&)>& on_packet);
  // Each segment becomes a frame. False when the connection broke.
  bool send(const Transmit& message, LoopCounters& counters);
  // The socket takes bytes again. False when the connection broke.
  bool write_pending(std::uint32_t channel, LoopCounters& counters);
  // Closes connections that have been idle too long; appends their paths to `closed`.
  void close_idle(Instant now, LoopCounters& counters, std::vector<Path>& closed);
  Path path_of(std::uint32_t channel) const;
  void close(std::uint32_t channel, LoopCounters& counters);

 private:
  struct Connection {
    Connection(Fd f, const Path& p, Instant now);
    Fd fd;
    Path path;
    FrameReader reader;
    Instant last_frame;
    std::vector<std::uint8_t> queue;  // bytes not written yet, whole frames but the first
    std::size_t queue_at = 0;
    bool wants_write = false;
  };

  TcpPort(Fd fd, std::uint32_t listener_channel, const TcpOptions& options, int epoll_fd,
          std::uint32_t* next_channel);
  bool flush(Connection& connection, LoopCounters& counters);
  void watch(Connection& connection, bool write);

  Fd fd_;
  std::uint32_t listener_channel_;
  TcpOptions options_;
  int epoll_fd_;
  std::uint32_t* next_channel_;
  Endpoint local_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<Endpoint, std::size_t> per_address_;  // port 0
};

}  // namespace confab::engine
