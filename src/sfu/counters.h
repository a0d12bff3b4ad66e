// What a shard counts. Every reason to drop has a counter of its own name; gauges say what is held
// at this moment and return to zero when everybody has left. Plain values: a snapshot is a copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/limits.h"
#include "cc/control/messages.h"
#include "sfu/link_quality.h"

namespace confab::sfu {

// Why something that came in, or was to go out, went nowhere.
enum class Drop : std::uint8_t {
  kEmptyDatagram,
  kUnknownKind,  // the first byte is none of STUN, DTLS, RTP or RTCP (RFC 7983 §7)
  kUnknownPath,  // not STUN, and no transport has proved this path
  kStunMalformed,
  kStunUnknownUser,  // a Binding request for a ufrag that is not ours
  kStunRefused,      // answered with an error, or not worth an answer
  kStunNotRequest,
  kStunPathTaken,  // a check from a path on which somebody else was heard a moment ago
  kSrtpNotReady,   // media before the handshake was over
  kSrtpRefused,    // not authentic, replayed or malformed
  kSrtcpRefused,
  kRtpMalformed,
  kRtpUnknownStream,  // no producer for its SSRC, MID or RID (yet)
  kRtpUnknownPayloadType,
  kRtxMalformed,
  kRtxProbe,     // padding on the RTX stream: nothing to repair
  kPaddingOnly,  // a publisher's probe: the receivers' numbers close over it
  kRtpDuplicate,
  kProducerPaused,
  kRtcpMalformed,
  kFeedbackTooOften,  // transport-cc, of one receiver
  kPayloadMalformed,  // a video payload whose descriptor makes no sense
  kBeforeKeyFrame,    // a consumer waits for a key frame
  kBeforeSwitch,      // older than the packet a consumer's stream begins at
  kConsumerPaused,
  kLinkTooSmall,  // paused: its receiver's link does not carry even the lowest layer
  kLayerLeftOut,  // frames of a temporal layer that its receiver does not want
  kReceiverNotConnected,
  kEgressQueueFull,
  kEgressShed,      // video that waits for its receiver's queue to have room again
  kEgressOversize,  // would not fit a datagram after rewriting
  kEgressLate,      // far out of order, and the receiver has no RTX to take it by
  kEgressNoPath,
  kEgressUnproven,       // enough went to an address from which nothing authentic came
  kEgressProtect,        // SRTP refused to protect it
  kPoolExhausted,        // no packet slot for something of our own
  kControlQueueFull,     // too many STUN, DTLS or RTCP datagrams wait
  kDtlsRefused,          // after the handshake, and not an authentic alert
  kHandshakeQueueFull,   // too many datagrams of one handshake wait for their turn
  kPipeFull,             // another shard does not keep up
  kPipeUnknownProducer,  // another shard sends what was closed here
  kCount
};
inline constexpr std::size_t kDropReasons = static_cast<std::size_t>(Drop::kCount);
// The counter's name: "unknown_path".
std::string_view to_string(Drop reason);

// Why a packet that a receiver asked for was not repeated.
enum class RepeatRefusal : std::uint8_t {
  kNotHeld,     // no longer, or never; or there is no RTX to repeat it by
  kBacklogged,  // too much waits for the receiver already
  kTooSoon,     // the last repeat may still be on its way
  kTooOften,    // more often than a browser asks
  kOverBudget,  // of what its receiver is sent repeats are a large share already
  kCount
};
inline constexpr std::size_t kRepeatRefusals = static_cast<std::size_t>(RepeatRefusal::kCount);
std::string_view to_string(RepeatRefusal reason);

struct ShardCounters {
  std::array<std::uint64_t, kDropReasons> drops{};
  std::uint64_t packets_in = 0;
  std::uint64_t bytes_in = 0;
  // One message is one send for the kernel; packets_out / messages_out is packets per skb.
  std::uint64_t packets_out = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t media_packets_out = 0;   // RTP alone
  std::uint64_t media_messages_out = 0;  // messages of RTP alone
  std::uint64_t padding_bytes_out = 0;   // to make segments equal
  std::uint64_t probe_bytes_out = 0;     // padding that found out what links carry
  std::uint64_t rtp_in = 0;
  std::uint64_t rtcp_in = 0;
  std::uint64_t stun_in = 0;
  std::uint64_t dtls_in = 0;
  std::uint64_t handshake_turns = 0;  // datagrams of handshakes that had their turn
  std::uint64_t rtx_in = 0;
  std::uint64_t rtx_out = 0;
  std::uint64_t nacks_in = 0;   // packets asked of us
  std::uint64_t nacks_out = 0;  // packets we asked for
  std::array<std::uint64_t, kRepeatRefusals> repeats_refused{};
  std::uint64_t key_frame_requests_in = 0;
  std::uint64_t key_frame_requests_shed = 0;  // of receivers that want them too often
  std::uint64_t key_frame_requests_out = 0;
  std::uint64_t twcc_feedback_in = 0;
  std::uint64_t twcc_feedback_out = 0;
  std::uint64_t layers_allocations_in = 0;
  std::uint64_t layers_allocations_refused = 0;
  std::uint64_t sender_reports_out = 0;
  std::uint64_t receiver_reports_out = 0;
  std::uint64_t transports_timed_out = 0;
  // Packets copied to and from other shards: one copy for each shard that wants it.
  std::uint64_t pipe_packets_out = 0;
  std::uint64_t pipe_packets_in = 0;
  LinkQuality links;

  void drop(Drop reason) { ++drops[static_cast<std::size_t>(reason)]; }
  std::uint64_t dropped(Drop reason) const { return drops[static_cast<std::size_t>(reason)]; }
  void refuse(RepeatRefusal reason) { ++repeats_refused[static_cast<std::size_t>(reason)]; }
  std::uint64_t refused(RepeatRefusal reason) const {
    return repeats_refused[static_cast<std::size_t>(reason)];
  }
};

// What is held now.
struct ShardGauges {
  std::size_t routers = 0;
  std::size_t transports = 0;
  std::size_t producers = 0;
  std::size_t consumers = 0;
  std::size_t piped_producers = 0;  // of other shards, consumed here
  std::size_t pipe_outlets = 0;     // other shards that take a producer of this one
  std::size_t paths = 0;
  std::size_t ufrags = 0;
  // OpenSSL's part of a transport, 42 kB: handshakes under way, and peers not confirmed yet.
  std::size_t ssl_objects = 0;
  std::size_t streams = 0;  // entries of the SSRC tables, both directions
  std::size_t queued_packets = 0;
  std::size_t timers = 0;
  std::size_t pool_in_use = 0;
  // Receivers that report what reaches them, by how congestion control finds their links.
  std::array<std::size_t, cc::kLinkStates> links{};
  // Of receivers of layered video, together.
  double target_bps = 0;
  double sent_bps = 0;
  // Layered video that is sent: by the stream that is; the last: none at present.
  std::array<std::size_t, limits::kEncodingsPerProducer + 1> layered{};

  bool operator==(const ShardGauges&) const = default;
};

}  // namespace confab::sfu
