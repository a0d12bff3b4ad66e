// SRTP and SRTCP (RFC 3711, RFC 7714) for one transport, in place. A session owns one direction's
// state each way; it belongs to a shard and is not thread-safe. No allocation per packet: memory
// grows only when an SSRC is seen for the first time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>

#include "base/bytes.h"
#include "rtc/srtp/crypto.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::srtp {

enum class SrtpError : std::uint8_t {
  kMalformed,       // too short, not RTP or RTCP, or a header longer than the packet
  kNoRoom,          // no room for the tag behind the packet
  kAuthentication,  // the tag is wrong
  kReplayed,        // seen before
  kTooOld,          // older than the replay window
  kNotEncrypted,    // SRTCP with E = 0: never negotiated here
  kIndexReused,     // sender: used before on this SSRC, or too old to tell
  kKeyExhausted,    // sender: 2^48 packets or 2^31 RTCP packets; only a new key helps
  kTooManySsrcs     // sender: its table is full
};

// What protecting adds at most.
inline constexpr std::size_t kRtpOverheadMax = 16;
inline constexpr std::size_t kRtcpOverheadMax = 20;

// A retired SSRC stays known to the sender, since its indices must never be used again under the
// same key. 1024 consumers with RTX, renewed 8 times: 24 bytes each.
inline constexpr std::size_t kSenderSsrcsMax = 16384;
// A publisher has at most 16 producers * 4 encodings * 2 (RTX) = 128 alive; at the limit the one
// unused for the longest is forgotten.
inline constexpr std::size_t kReceiverSsrcsMax = 1024;

// How far behind the newest a packet may be when it is protected. 1.3 s of audio: what comes later
// is of no use to anybody. One word is all that is kept of each SSRC for it.
inline constexpr std::int64_t kSenderWindowPackets = 64;

class PacketTransform;
struct OutboundStream;
struct InboundStream;
template <typename Stream>
class SsrcTable;

class SrtpSender {
 public:
  SrtpSender(CryptoProvider& crypto, const SrtpKeyMaterial& keys);
  ~SrtpSender();
  SrtpSender(SrtpSender&&) noexcept;
  SrtpSender& operator=(SrtpSender&&) noexcept;

  // Protects the RTP packet in buffer[0, size); the buffer must have kRtpOverheadMax bytes more.
  // Returns the new size. Each index of an SSRC is protected once, since a repeated nonce gives the
  // key away (RFC 7714 §8.4, RFC 3711 §9.1). Packets may leave a little out of order, less
  // than kSenderWindowPackets behind the newest; gaps ahead must stay below 2^15, or the rollover
  // counter would be lost.
  std::expected<std::size_t, SrtpError> protect_rtp(MutableBytes buffer, std::size_t size);
  // As protect_rtp, with the same checks and the final size at once; but the bytes are complete
  // only when finish_seals() of the sender's CryptoProvider returned. Until then the sender must
  // live and the protected packet must not be touched. What is refused does not wait.
  std::expected<std::size_t, SrtpError> protect_rtp_later(MutableBytes buffer, std::size_t size);
  // As protect_rtp for a compound or reduced-size RTCP packet, with kRtcpOverheadMax bytes of room.
  std::expected<std::size_t, SrtpError> protect_rtcp(MutableBytes buffer, std::size_t size);

  std::size_t rtp_overhead() const;
  std::size_t rtcp_overhead() const;
  std::size_t ssrc_count() const;

 private:
  struct Admitted;
  // Everything but the cryptography: takes the packet's index.
  std::expected<Admitted, SrtpError> admit_rtp(MutableBytes buffer, std::size_t size);

  std::unique_ptr<PacketTransform> transform_;
  std::unique_ptr<SsrcTable<OutboundStream>> streams_;
  // One counter for all SSRCs keeps every (SSRC, index) unique. The first is 1, as libsrtp's.
  std::uint32_t last_rtcp_index_ = 0;
};

class SrtpReceiver {
 public:
  SrtpReceiver(CryptoProvider& crypto, const SrtpKeyMaterial& keys);
  ~SrtpReceiver();
  SrtpReceiver(SrtpReceiver&&) noexcept;
  SrtpReceiver& operator=(SrtpReceiver&&) noexcept;

  // Checks and decrypts in place; returns the size of the plain packet, which starts where the
  // protected one did. On an error the content is spoilt. State for an SSRC is made only after its
  // first packet proved authentic.
  std::expected<std::size_t, SrtpError> unprotect_rtp(MutableBytes packet);
  std::expected<std::size_t, SrtpError> unprotect_rtcp(MutableBytes packet);

  std::size_t ssrc_count() const;
  std::uint64_t ssrcs_evicted() const { return ssrcs_evicted_; }

 private:
  InboundStream& stream_for(SsrcTable<InboundStream>& table, std::uint32_t ssrc);

  std::unique_ptr<PacketTransform> transform_;
  std::unique_ptr<SsrcTable<InboundStream>> rtp_streams_;
  std::unique_ptr<SsrcTable<InboundStream>> rtcp_streams_;
  std::uint64_t packets_ = 0;  // the age of streams
  std::uint64_t ssrcs_evicted_ = 0;
};

// Both directions of one DTLS association.
class SrtpSession {
 public:
  SrtpSession(CryptoProvider& crypto, const SrtpKeys& keys)
      : sender_(crypto, keys.local), receiver_(crypto, keys.remote) {}

  SrtpSender& sender() { return sender_; }
  SrtpReceiver& receiver() { return receiver_; }

 private:
  SrtpSender sender_;
  SrtpReceiver receiver_;
};

}  // namespace confab::srtp
