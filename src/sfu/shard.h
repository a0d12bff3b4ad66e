// The media plane of one core, without the core: datagrams, time and commands in; datagrams, events
// and the next deadline out. No sockets, no clock, no threads: the engine runs it on the shard's
// thread, the simulator in virtual time.
//
//   handle_packets ─▶ demux ─▶ WebRtcTransport ─▶ Producer ─▶ Consumer ─▶ egress queue
//                                                                  poll_transmit ◀──┘ at the tick
//   handle_command ─▶ commands/*.cpp ─▶ Router, transports, producers, consumers
//                                                              poll_event ◀── what changed unasked
// A meeting too big for one shard is on several: see docs/packet.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/datagram.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/instant.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/packet.h"
#include "base/random.h"
#include "control/media.h"
#include "rtc/dtls/identity.h"
#include "rtc/ortc/router_capabilities.h"
#include "rtc/ortc/types.h"
#include "rtc/srtp_keys/keys.h"
#include "sfu/counters.h"
#include "sfu/pipe_message.h"

namespace confab::sfu {

struct ShardTiming {
  // ICE: silence after which a peer is shown as disconnected, and after which its transport closes
  // (RFC 7675 §5.1: 30 s).
  Duration ice_disconnected_after = 12s;
  Duration ice_closed_after = 30s;
  // Sender and receiver reports (RFC 3550 §6.2 allows the reduced minimum; browsers use 1 s for
  // video).
  Duration report_interval = 1s;
  // Transport-wide feedback to publishers: 10 per second, as browsers' estimators expect.
  Duration twcc_interval = 100ms;
  // The shortest time between two key-frame requests to one stream of a publisher.
  Duration key_frame_interval = 300ms;
  // Retransmission: how long a sent packet can be asked for again.
  Duration history = 1500ms;
  // A layer without packets for so long is not forwarded any more.
  Duration layer_silence = 1500ms;
  // Speakers are reported no more often.
  Duration speakers_interval = 250ms;
  // Egress ticks (DESIGN §3.1): how long the start of a frame may wait for its end, the spacing of
  // flushes under load, and the longest that anything waits.
  Duration frame_gather = 2ms;
  Duration flush_under_load = 1ms;
  Duration flush_under_heavy_load = 2ms;
};

struct ShardLimits {
  std::size_t routers_max = 10'000;
  std::size_t transports_max = 20'000;
  std::size_t consumers_per_transport_max = limits::kConsumersPerTransport;
  std::size_t producers_per_transport_max = limits::kProducersPerParticipant;
  // Packets that wait for one receiver: 50 ms at 100 Mbit/s.
  std::size_t queue_packets_max = 512;
  // What one receiver is sent in 1 ms while no more than four times as much waits: 20 packets, 2 ms
  // of 100 Mbit/s.
  std::size_t burst_bytes_max = 24 * 1024;
  // RTP padding added to make the segments of one message equal; 0 turns it off.
  std::uint8_t padding_max = 64;
  // The largest datagram handed out.
  std::size_t datagram_bytes_max = limits::kDatagramBytesOut;
};

struct ShardConfig {
  // Written into the ids of what the shard makes, so that requests can be routed by them.
  ShardAddress place;
  // What every transport is offered: one for each local UDP socket and TCP listener, as announced.
  std::vector<ortc::IceCandidate> candidates;
  ortc::RouterCodecs codecs = ortc::default_router_codecs();
  // As the DTLS server we choose: the first that the client offers too.
  std::vector<SrtpProfile> srtp_profiles = {
      SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm, SrtpProfile::kAes128CmSha1_80};
  WallMap wall;
  // The REMB that publishers without transport-wide feedback are sent: what keeps their encoders
  // from staying at the start bitrate. Every current browser has the feedback.
  std::uint64_t remb_bps = 3'000'000;
  ShardTiming timing;
  ShardLimits limits;
};

class Shard final : public PacketHandler {
 public:
  // All references must outlive the shard. `identity` may be shared by shards. `start` is the time
  // before which nothing happens.
  Shard(ShardConfig config, const dtls::DtlsIdentity& identity, Random& random, LogSink& log,
        PacketPool& pool, Instant start);
  ~Shard() override;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // ---- packets: see PacketHandler. After each call drain poll_event and poll_transmit. ----
  void handle_packets(Instant now, std::span<ReceivedPacket> batch) override;
  bool has_path(const Path& path) const override;
  void handle_path_closed(Instant now, const Path& path) override;
  void handle_timeout(Instant now) override;
  Instant next_timeout() const override;
  std::span<const Transmit> poll_transmit(Instant now) override;

  // ---- control ----
  // Carries out one command and answers it at once.
  control::MediaCompletion handle_command(Instant now, const control::MediaCommand& command);
  // Starts media with keys that both sides were given, instead of a DTLS handshake: for pipes
  // between servers, and for simulation. Not within reach of a client.
  Result<void> connect_with_keys(Instant now, const MeetingId& meeting, const TransportId& id,
                                 const SrtpKeys& keys);
  // What transports are offered that are made from now on.
  void set_candidates(std::vector<ortc::IceCandidate> candidates);
  // What happened unasked; false when there is nothing more.
  bool poll_event(control::MediaEvent& out);

  // ---- the other shards of this server (shards are called by ShardAddress::shard) ----
  // Before any meeting is on both. `writer` leads to that shard's handle_pipe.
  void connect_pipe(std::uint8_t shard, PipeWriter& writer);
  // Opens a meeting here that has begun on shard `home`. Again, it changes nothing.
  Result<void> join_meeting(const MeetingId& meeting, std::uint8_t home);
  // Makes a producer of this shard ready to be taken by another, and says what it is; that one is
  // then asked to accept it, and can consume it. Nothing is sent before somebody does.
  Result<SourceSetup> pipe_producer(const MeetingId& meeting, const ProducerId& producer,
                                    std::uint8_t to);
  Result<void> accept_producer(const MeetingId& meeting, const SourceSetup& producer);
  // In the order in which they were committed.
  void handle_pipe(Instant now, std::uint8_t from, const PipeMessage& message);
  // Says what waits to be said to other shards: at the end of each turn.
  void flush_pipes(Instant now);

  const ShardCounters& counters() const;
  ShardGauges gauges() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::sfu
