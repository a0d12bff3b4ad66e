// One WebRTC transport of a client towards an SFU: ICE, DTLS as the client, SRTP, and what
// it publishes and receives. Sans-IO: datagrams of one socket and time in; datagrams out, written
// into the batch that comes with each call. Nothing is allocated per packet. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/datagram_batch.h"
#include "base/instant.h"
#include "base/random.h"
#include "client/ice_client.h"
#include "client/publisher.h"
#include "client/stats.h"
#include "client/subscriber.h"
#include "client/track.h"
#include "rtc/dtls/dtls_transport.h"
#include "rtc/dtls/identity.h"
#include "rtc/ortc/types.h"
#include "rtc/srtp/session.h"

namespace confab::client {

struct TransportConfig {
  ortc::IceParameters remote_ice;
  std::vector<ortc::DtlsFingerprint> remote_fingerprints;
  std::vector<SrtpProfile> srtp_profiles = {
      SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80};
  IceTiming ice;
  std::optional<FullIcePeer> full_ice_peer;  // nothing: the server is a lite agent
  // Decrypt one in this many received packets.
  std::uint32_t verify_one_in = 1;
  WallMap wall;
};

class Transport {
 public:
  //   New ──start()──▶ Checking ──ICE──▶ Handshaking ──DTLS──▶ Connected
  //                       └───────────────────┴───────────────────┴──▶ Failed
  enum class State : std::uint8_t { kNew, kChecking, kHandshaking, kConnected, kFailed };

  // `stats` is where everything is counted; it may be shared by the transports of a thread. All
  // references must outlive the transport.
  Transport(const TransportConfig& config, const dtls::DtlsIdentity& identity,
            srtp::CryptoProvider& crypto, Random& random, Stats& stats);

  void start(Instant now, DatagramBatch& out);
  // A datagram that came in; changed in place.
  void handle_packet(Instant now, MutableBytes datagram, DatagramBatch& out);
  void handle_timeout(Instant now, DatagramBatch& out);
  // When to call handle_timeout at the latest; kNever if not.
  Instant next_timeout() const;

  // Tracks are sent from the connection on; before it they wait.
  void publish(Instant now, const AudioTrack& track);
  void publish(Instant now, const VideoTrack& track);
  void receive(Instant now, const ReceiveConfig& config);
  void stop_receiving(rtp::Ssrc ssrc) { subscriber_.remove(ssrc); }

  State state() const { return state_; }
  // From start() to Connected; zero before that.
  Duration time_to_connect() const { return time_to_connect_; }

 private:
  void handle_stun(Instant now, ByteView datagram, DatagramBatch& out);
  void handle_rtcp(Instant now, MutableBytes datagram, DatagramBatch& out);
  void drain_dtls(Instant now, DatagramBatch& out);
  void connect(Instant now, const SrtpKeys& keys);
  SendContext send_context(DatagramBatch& out);
  ReceiveContext receive_context(DatagramBatch& out);

  srtp::CryptoProvider& crypto_;
  Stats& stats_;
  State state_ = State::kNew;
  IceClient ice_;
  dtls::DtlsTransport dtls_;
  std::optional<srtp::SrtpSession> srtp_;
  std::uint16_t transport_seq_ = 0;
  Publisher publisher_;
  Subscriber subscriber_;
  std::vector<AudioTrack> audio_waiting_;
  std::vector<VideoTrack> video_waiting_;
  Instant started_at_{};
  Duration time_to_connect_{};
};

}  // namespace confab::client
