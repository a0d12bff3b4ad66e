// How one packet is protected under one direction's session keys: where IV, associated data, tag
// and SRTCP index go. Knows nothing of streams: the packet's index is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::srtp {

inline constexpr std::size_t kRtcpHeaderBytes = 8;
inline constexpr std::uint32_t kEncryptedFlag = 0x8000'0000;  // E, RFC 3711 §3.4

class PacketTransform {
 public:
  virtual ~PacketTransform() = default;

  // What protection adds.
  virtual std::size_t rtp_overhead() const = 0;
  virtual std::size_t rtcp_overhead() const = 0;

  // `packet` is the plain packet; behind it rtp_overhead() bytes are written. `index` has 48 bits.
  virtual void seal_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                        std::uint64_t index) = 0;
  // The same by the time that CryptoProvider::finish_seals() returns; see CtrHmac::seal_later.
  virtual void seal_rtp_later(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                              std::uint64_t index) {
    seal_rtp(packet, header_bytes, ssrc, index);
  }
  // `packet` is the protected packet. False: not authentic.
  virtual bool open_rtp(MutableBytes packet, std::size_t header_bytes, std::uint32_t ssrc,
                        std::uint64_t index) = 0;

  // `index` has 31 bits.
  virtual void seal_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index) = 0;
  // The word with E and index. `packet` is at least rtcp_overhead() long.
  virtual std::uint32_t rtcp_index_word(ByteView packet) const = 0;
  virtual bool open_rtcp(MutableBytes packet, std::uint32_t ssrc, std::uint32_t index_word) = 0;
};

std::unique_ptr<PacketTransform> make_transform(CryptoProvider& crypto,
                                                const SrtpKeyMaterial& keys);

}  // namespace confab::srtp
