// One RTP stream of synthetic media and its RTX stream (RFC 3550, RFC 4588): headers, extensions,
// protection, retransmission, and what its sender reports say. Owned by a Publisher.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/datagram_batch.h"
#include "base/instant.h"
#include "base/random.h"
#include "client/stats.h"
#include "client/synthetic_payload.h"
#include "client/track.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/packet_writer.h"
#include "rtc/srtp/session.h"

namespace confab::client {

// What all streams of one transport share. All references outlive the streams.
struct SendContext {
  srtp::SrtpSender& srtp;
  DatagramBatch& out;
  Stats& stats;
  std::uint16_t& transport_seq;  // the next one (transport-cc)
};

class RtpSender {
 public:
  RtpSender(StreamConfig config, Random& random);

  // One packet of media. `rtp_elapsed`: media time since the start of the stream.
  void send(Instant now, const SyntheticPayload& payload, Duration rtp_elapsed, bool marker,
            SendContext& context);
  // The packet again as RTX, if it is not too old. Passed over when there is no RTX stream.
  void retransmit(Instant now, rtp::SeqNo seq, SendContext& context);

  const StreamConfig& config() const { return config_; }
  // For a sender report at `now`; absent before the first packet.
  std::optional<rtcp::SenderInfo> sender_info(Instant now, const WallMap& wall) const;

 private:
  // 1.4 s of 180 packets/s, which is 1.5 Mbit/s; browsers keep about a second.
  static constexpr std::size_t kHistory = 256;
  struct Sent {
    SyntheticPayload payload;
    rtp::RtpTime timestamp;
    rtp::SeqNo seq;
    bool marker = false;
    bool is_used = false;
  };

  rtp::ExtensionSet extensions(Instant now, bool is_rtx, const SyntheticPayload& payload,
                               SendContext& context) const;
  bool transmit(Instant now, const Sent& packet, bool is_rtx, SendContext& context);

  StreamConfig config_;
  rtp::SeqNo next_seq_;
  rtp::SeqNo next_rtx_seq_;
  rtp::RtpTime first_timestamp_;
  std::vector<Sent> history_;  // by seq; empty without RTX
  Instant last_sent_at_{};
  rtp::RtpTime last_timestamp_;
  std::uint32_t packets_ = 0;
  std::uint32_t payload_bytes_ = 0;
};

}  // namespace confab::client
