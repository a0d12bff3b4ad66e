// The receiving half of a transport: counts every packet by its header, which SRTP leaves readable;
// decrypts one in so many to see that it is whole and how long it took; asks for what is missing;
// reports as a browser does (RR, transport-cc). Sans-IO; owned by a Transport.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/datagram_batch.h"
#include "base/instant.h"
#include "cc/twcc/receiver.h"
#include "client/sequence_tracker.h"
#include "client/stats.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/nack_generator.h"
#include "rtc/rtp/packet.h"
#include "rtc/rtp/receive_statistics.h"
#include "rtc/srtp/session.h"

namespace confab::client {

// One consumer, as signaled.
struct ReceiveConfig {
  bool is_video = false;
  rtp::Ssrc ssrc;
  std::uint8_t payload_type = 0;
  std::uint32_t clock_rate = 0;
  rtp::Ssrc rtx_ssrc;                       // 0: what is lost is not asked for
  std::uint8_t transport_cc_extension = 0;  // 0: not negotiated
  // Media was lost then, and this is to bring it back: until its first packet is what is measured.
  std::optional<Instant> missed_since = {};
};

// All references outlive the call.
struct ReceiveContext {
  srtp::SrtpSession& srtp;
  DatagramBatch& out;
  Stats& stats;
  Duration round_trip;  // of the path; zero while unknown
};

class Subscriber {
 public:
  // verify_one_in: 1 decrypts every packet, n one in n. Retransmissions are always decrypted, since
  // what they repeat is in the payload.
  Subscriber(rtp::Ssrc own_ssrc, std::uint32_t verify_one_in);
  ~Subscriber();

  // A video stream begins with a request for a key frame. Replaces one of the same SSRC.
  void add(Instant now, const ReceiveConfig& config);
  void remove(rtp::Ssrc ssrc);

  // An SRTP packet, which may be decrypted in place.
  void handle_rtp(Instant now, MutableBytes datagram, ReceiveContext& context);
  // One packet of a compound: sender reports. Others are passed over.
  void handle_rtcp(Instant now, const rtcp::PacketView& packet);
  void handle_timeout(Instant now, ReceiveContext& context);
  Instant next_timeout() const;

 private:
  struct Stream;
  // Whose packets an SSRC carries, and whether as repair.
  struct Route {
    Stream* stream = nullptr;
    bool is_rtx = false;
  };

  void handle_media(Instant now, Stream& stream, const rtp::RtpPacketView& packet,
                    MutableBytes datagram, ReceiveContext& context);
  void handle_rtx(Instant now, Stream& stream, MutableBytes datagram, ReceiveContext& context);
  void count(Instant now, Stream& stream, rtp::SeqNo seq, bool is_repair, Counters& counters);
  void verify(Instant now, const Stream& stream, MutableBytes datagram, ReceiveContext& context);
  void ask_again(Instant now, ReceiveContext& context);
  void ask_for(Stream& stream, std::span<const rtp::SeqNo> missing, ReceiveContext& context);
  void ask_key_frame(Instant now, Stream& stream, ReceiveContext& context);
  void send_receiver_reports(Instant now, ReceiveContext& context);
  void send_transport_feedback(Instant now, ReceiveContext& context);
  template <typename Write>
  bool send_rtcp(ReceiveContext& context, Write&& write);

  rtp::Ssrc own_ssrc_;
  std::uint32_t verify_one_in_;
  std::uint32_t until_verify_ = 1;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::unordered_map<rtp::Ssrc, Route> routes_;
  cc::TwccReceiver twcc_;
  rtp::Ssrc twcc_media_;
  Instant ask_due_ = kNever;
  Instant report_due_ = kNever;
};

}  // namespace confab::client
