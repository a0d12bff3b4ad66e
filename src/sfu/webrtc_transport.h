// One client's connection in one direction: the link (ICE, DTLS, SRTP and the paths they prove),
// and the side that it serves, PublishingSide or SubscribingSide. Tells the datagrams of its paths
// apart (RFC 7983) and hands each on; sends what RTCP owes. Owned by its Router.
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
#include <vector>

#include "base/allowance.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/timer_wheel.h"
#include "control/media.h"
#include "rtc/dtls/dtls_transport.h"
#include "rtc/ice/ice_lite.h"
#include "rtc/ortc/types.h"
#include "rtc/rtcp/packet.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"
#include "sfu/participant.h"
#include "sfu/publishing_side.h"
#include "sfu/receiver_queue.h"
#include "sfu/ring_queue.h"
#include "sfu/shard_context.h"
#include "sfu/subscribing_side.h"

namespace confab::sfu {

class Router;

class WebRtcTransport final : public Timed, public Wakeup {
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
  // Goes with all it carries when the call that wanted it is done, and says so.
  void close(std::string_view why) { end(control::TransportState::kClosed, why); }
  void on_timer(Instant now) override;
  // Something below is due at `at`: wakes the transport by then.
  void schedule(Instant at) override;

  // Which of the two it has, the direction says; the other is nullptr.
  PublishingSide* publishing() const { return publishing_.get(); }
  SubscribingSide* subscribing() const { return subscribing_.get(); }
  // Of the participant whose it is.
  const control::Permits& permits() const { return participant_.permits; }

  control::TransportStats statistics(Instant now) const;
  bool holds_ssl() const { return dtls_.holds_ssl(); }
  std::size_t stream_count() const;

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

  // Reports and feedback do not go where nobody may be.
  bool can_report() const { return queue_.can_send() && !queue_.is_unproven; }
  void on_rtcp_packet(Instant now, const rtcp::PacketView& packet);
  void send_feedback(Instant now);
  void send_reports(Instant now);

  ShardContext& context_;
  Router& router_;
  const Participant& participant_;
  TransportSetup setup_;
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
  std::unique_ptr<srtp::SrtpSession> srtp_;  // once the keys are there
  std::string_view srtp_profile_;

  ReceiverQueue queue_;  // the way out to the peer
  std::unique_ptr<PublishingSide> publishing_;
  std::unique_ptr<SubscribingSide> subscribing_;

  Instant report_at_ = kNever;
  std::uint64_t packets_received_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace confab::sfu
