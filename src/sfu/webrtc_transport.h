// One client's connection in one direction: ICE, DTLS, SRTP, and the Producers or Consumers that
// go through it. Tells the datagrams of its paths apart (RFC 7983) and hands each on; sends what
// RTCP owes both sides. Owned by its Router.
//
//   New ──ICE connected──▶ Connecting ──DTLS connected──▶ Connected ◀──▶ Disconnected
//                                │                            │     (12 s without a check)
//                                ├── DTLS failed ─────▶ Failed ◀──── 30 s without a check
//                                └── close_notify ────▶ Closed
// Failed and Closed are final: the transport is gone when the event is read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/allowance.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/timer_wheel.h"
#include "cc/twcc/receiver.h"
#include "control/media.h"
#include "rtc/dtls/dtls_transport.h"
#include "rtc/ice/ice_lite.h"
#include "rtc/ortc/capabilities_hash.h"
#include "rtc/ortc/ortc.h"
#include "rtc/ortc/shared_capabilities.h"
#include "rtc/rtcp/packet.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"
#include "sfu/consumer.h"
#include "sfu/producer.h"
#include "sfu/receiver_queue.h"
#include "sfu/report_clock.h"
#include "sfu/ring_queue.h"
#include "sfu/shard_context.h"
#include "sfu/stream_demux.h"

namespace confab::sfu {

class Router;
class RtcpBatch;

// What the transports of one person share. Owned by the Router.
struct Participant {
  ParticipantClock clock;
  Duration rtt{};  // as last measured on any of the transports; 0: not yet
  std::uint32_t transports = 0;
};

struct TransportSetup {
  TransportId id;
  ParticipantId participant;
  control::TransportDirection direction = control::TransportDirection::kSend;
};

class WebRtcTransport final : public Timed {
 public:
  WebRtcTransport(ShardContext& context, Router& router, Participant& participant,
                  TransportSetup setup);
  ~WebRtcTransport() override;
  WebRtcTransport(const WebRtcTransport&) = delete;
  WebRtcTransport& operator=(const WebRtcTransport&) = delete;

  const TransportSetup& setup() const { return setup_; }
  Router& router() const { return router_; }
  ortc::IceParameters ice_parameters() const;
  ortc::IceParameters restart_ice(Instant now);
  Result<void> connect(Instant now, const ortc::DtlsParameters& parameters);
  // Instead of a DTLS handshake.
  void connect_with_keys(Instant now, const SrtpKeys& keys);

  // ---- datagrams that belong to this transport ----
  void handle_stun(Instant now, const Path& path, const stun::Message& request);
  // Waits for its turn (ShardContext::handshakes) until the handshake is over.
  void handle_dtls(Instant now, const Path& path, PacketRef datagram);
  void take_handshake_turn(Instant now);
  void handle_rtp(Instant now, const Path& path, PacketRef packet);
  void handle_rtcp(Instant now, const Path& path, PacketRef packet);
  // Whether its peer was heard on that path a moment ago.
  bool holds(Instant now, const Path& path) const { return ice_.holds(now, path); }
  void handle_path_closed(Instant now, const Path& path);
  void on_timer(Instant now) override;
  // Something below is due at `at`: wakes the transport by then.
  void schedule(Instant at);

  // ---- what goes through it; the Router keeps the books ----
  Producer& add_producer(ProducerSetup setup);
  void remove_producer(Producer& producer);
  Consumer& add_consumer(Source& source, const ConsumerSetup& setup);
  void remove_consumer(Consumer& consumer);
  void remove_consumers();
  const std::vector<std::unique_ptr<Producer>>& producers() const { return producers_; }
  const std::unordered_map<ConsumerId, std::unique_ptr<Consumer>>& consumers() const {
    return consumers_;
  }
  std::size_t producer_count() const;
  // A free place for a producer.
  ProducerSlot free_slot() const;
  StreamDemux& demux() { return demux_; }

  // For consumers.
  ReceiverQueue& queue() { return queue_; }
  bool can_send() const { return queue_.can_send(); }
  // Reports and feedback do not go where nobody may be.
  bool can_report() const { return can_send() && !queue_.is_unproven; }
  // As the handshake took it, which is no less than it is; zero if there was none yet. Good until
  // the first report.
  Duration handshake_rtt() const { return handshake_rtt_; }
  // Names that must be unique or the same within this transport.
  ortc::SsrcAllocator& ssrcs() { return ssrcs_; }
  std::string next_mid() { return std::to_string(next_mid_++); }
  std::uint32_t next_stream_number() { return next_stream_number_ += 2; }
  ortc::Cname& cname() { return cname_; }
  // What its receiver can decode; null until that was told.
  const ortc::CapabilitiesPtr& capabilities() const { return capabilities_; }
  ortc::CapabilitiesHash capabilities_hash() const { return capabilities_hash_; }
  void set_capabilities(ortc::CapabilitiesPtr capabilities, ortc::CapabilitiesHash hash) {
    capabilities_ = std::move(capabilities);
    capabilities_hash_ = hash;
  }
  const ParticipantClock& participant_clock() const { return participant_.clock; }

  control::TransportStats statistics() const;
  bool holds_ssl() const { return dtls_.holds_ssl(); }
  std::size_t stream_count() const { return demux_.ssrc_count() + consumers_by_ssrc_.size(); }

 private:
  void arm(Instant not_before = Instant{});
  Instant next_timeout() const;
  void set_state(control::TransportState state, std::string_view why);
  void end(control::TransportState state, std::string_view why);
  bool has_ended() const;
  void drain_ice(Instant now);
  void on_ice_state(Instant now, const ice::StateChanged& change);
  void pass_to_dtls(Instant now, ByteView datagram);
  void drain_dtls(Instant now);
  void start_media(Instant now, const SrtpKeys& keys);
  void send_datagram(Instant now, ByteView bytes);
  void update_path(Instant now, const std::optional<Path>& path);
  void note_authentic(Instant now, const Path& path);
  void trust_given_keys(Instant now);
  void judge_path();
  void let_ssl_go(Instant now);

  // transport_rtcp_in.cpp
  void on_rtcp_packet(Instant now, const rtcp::PacketView& packet);
  void on_sender_report(Instant now, const rtcp::SenderReport& report);
  void on_report_blocks(Instant now, const rtcp::ReportBlocks& blocks);
  void on_transport_feedback(Instant now, const rtcp::PacketView& packet);
  void on_payload_feedback(Instant now, const rtcp::PacketView& packet);
  Consumer* find_consumer(rtp::Ssrc ssrc) const;

  // transport_rtcp_out.cpp
  void send_feedback(Instant now);
  void send_twcc(Instant now);
  void send_reports(Instant now);
  void report_consumers(Instant now, RtcpBatch& batch);
  void report_producers(Instant now, RtcpBatch& batch);

  ShardContext& context_;
  Router& router_;
  Participant& participant_;
  TransportSetup setup_;
  ortc::CapabilitiesPtr capabilities_;
  ortc::CapabilitiesHash capabilities_hash_ = 0;
  control::TransportState state_ = control::TransportState::kNew;
  Timer timer_;

  ice::IceLite ice_;
  std::vector<std::string> ufrags_;  // that lead here
  std::vector<Path> paths_;          // that lead here
  dtls::DtlsTransport dtls_;
  struct HandshakeDatagram {
    PacketRef packet;
    Path path;
  };
  RingQueue<HandshakeDatagram> handshake_;  // what waits for a turn
  bool has_given_keys_ = false;  // and has not begun to send to where its first check came from
  Instant ssl_until_ = kNever;   // when OpenSSL's part goes at the latest
  Allowance path_lines_;         // in the log
  std::uint32_t paths_unlogged_ = 0;
  std::optional<Instant> first_flight_at_;
  Duration handshake_rtt_{};
  std::unique_ptr<srtp::SrtpSession> srtp_;  // once the keys are there
  std::string_view srtp_profile_;

  StreamDemux demux_;
  std::vector<std::unique_ptr<Producer>> producers_;  // by ProducerSlot; gaps are empty
  std::unique_ptr<cc::TwccReceiver> twcc_;            // once a producer negotiated it
  std::uint8_t transport_cc_id_ = 0;
  ortc::Cname cname_;

  ReceiverQueue queue_;
  std::unordered_map<ConsumerId, std::unique_ptr<Consumer>> consumers_;
  std::unordered_map<rtp::Ssrc, Consumer*> consumers_by_ssrc_;
  ortc::SsrcAllocator ssrcs_;
  std::uint32_t next_mid_ = 0;
  std::uint32_t next_stream_number_ = 0;

  rtp::Ssrc rtcp_ssrc_;  // who we are in feedback to the publisher
  Instant report_at_ = kNever;
  std::uint64_t packets_received_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace confab::sfu
