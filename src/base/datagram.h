// What passes between the packet loop (engine) and the protocol (sfu), so that neither knows the
// other.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/net.h"
#include "base/packet.h"

namespace confab {

// One datagram (or one RFC 4571 frame) that came in.
struct ReceivedPacket {
  Path path;
  PacketRef packet;
};

// One message to send: `bytes` is one or more segments for one path, all of `segment_size` but the
// last, which may be shorter (UDP GSO). Over TCP each segment becomes an RFC 4571 frame.
struct Transmit {
  Path path;
  ByteView bytes;
  std::uint16_t segment_size = 0;
  // PacketRef::received_ns of the oldest packet in it; 0 where none was stamped.
  std::int64_t received_ns = 0;

  std::size_t segments() const { return (bytes.size() + segment_size - 1) / segment_size; }
};

// The protocol side of one shard. All calls come from the shard's thread.
class PacketHandler {
 public:
  virtual ~PacketHandler() = default;

  // A batch that was received together; `now` is read once for all of it. The handler may take the
  // references out of the batch.
  virtual void handle_packets(Instant now, std::span<ReceivedPacket> batch) = 0;
  // Whether the path is somebody's: a valid check came on it, and not too long ago.
  virtual bool has_path(const Path& path) const = 0;
  // A TCP path is gone; its number will not come again.
  virtual void handle_path_closed(Instant now, const Path& path) = 0;
  virtual void handle_timeout(Instant now) = 0;
  // When to call handle_timeout at the latest; kNever if not. An egress tick counts.
  virtual Instant next_timeout() const = 0;
  // The next batch to send (at most 64 messages), empty when there is nothing due. The bytes are
  // valid until the next call into the handler. Call until empty, or yield to receiving between
  // batches.
  virtual std::span<const Transmit> poll_transmit(Instant now) = 0;
};

}  // namespace confab
