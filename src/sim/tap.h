// Reads along on the wire with the keys of one client, to know which media packet is in a datagram
// before the network decides its fate. Changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"
#include "sim/synthetic_media.h"

namespace confab::sim {

class Tap {
 public:
  // `keys` are the client's.
  Tap(srtp::CryptoProvider& crypto, const SrtpKeys& keys)
      : up_(crypto, keys.local), down_(crypto, keys.remote) {}

  std::optional<MediaTag> read_up(ByteView datagram) { return read(up_, datagram); }
  std::optional<MediaTag> read_down(ByteView datagram) { return read(down_, datagram); }

 private:
  std::optional<MediaTag> read(srtp::SrtpReceiver& receiver, ByteView datagram);

  srtp::SrtpReceiver up_;
  srtp::SrtpReceiver down_;
  std::vector<std::uint8_t> copy_;
};

}  // namespace confab::sim
