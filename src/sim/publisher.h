// One track that a scripted peer sends: frames of synthetic media at a steady pace, in one stream
// or in layers; answers NACKs by RTX and requests for key frames by a key frame; sends its reports.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/types.h"
#include "sim/client_transport.h"
#include "sim/fates.h"
#include "sim/synthetic_media.h"

namespace confab::sim {

struct TrackOptions {
  bool is_video = true;
  std::string mid;
  std::uint32_t packets_per_frame = 5;
  std::size_t payload_bytes = 1100;
  Duration frame_interval = std::chrono::microseconds(33'333);
  // Between two packets of a frame; a browser's pacer.
  Duration packet_spacing{};
  bool is_simulcast = false;
  bool is_h264 = false;
  // Of each layer, lowest first, where they differ.
  std::array<std::uint32_t, 3> packets_by_layer{};
  std::array<std::size_t, 3> payload_by_layer{};
  // A key frame has so many times the packets.
  std::uint32_t key_frame_times = 1;
  // 1, or 3 as browsers make them: 0 2 1 2.
  std::uint8_t temporal_layers = 1;
  // Whether transport-wide feedback is negotiated; REMB otherwise.
  bool has_transport_cc = true;
  // Otherwise its reports say NTP 0 (RFC 3550 §6.4.1).
  bool has_wall_clock = true;
  std::int8_t audio_level_dbov = -127;
};

class Publisher {
 public:
  // `first_stream` numbers its streams in tags; `ntp` is what the peer's wall clock said at the
  // start of the run.
  Publisher(ClientTransport& transport, Random& random, const TrackOptions& options,
            std::uint32_t first_stream, NtpTime ntp, std::uint16_t& transport_seq);

  struct Stream {
    rtp::Ssrc ssrc;
    rtp::Ssrc rtx_ssrc;
    std::string rid;
    std::uint32_t number = 0;  // in tags
    rtp::SeqNo next_seq;
    rtp::SeqNo next_rtx_seq;
    std::uint32_t timestamp_base = 0;
    std::uint16_t picture_id = 0;
    std::uint8_t tl0_pic_idx = 0;
    bool wants_key_frame = true;
    // Since the last key frame, and the last frames of the two lower temporal layers.
    std::uint32_t since_key_frame = 0;
    std::array<std::uint32_t, 2> lower_frames{};
    bool is_active = true;
    std::uint32_t packets = 0;
    std::uint32_t bytes = 0;
  };

  const TrackOptions& options() const { return options_; }
  std::vector<Stream>& streams() { return streams_; }
  std::uint32_t frames_sent() const { return frame_; }
  std::uint32_t key_frames_sent() const { return key_frames_; }
  std::uint32_t key_frame_requests() const { return key_frame_requests_; }
  std::uint32_t retransmissions() const { return retransmissions_; }
  // The last REMB for one of its streams; 0 if none came.
  std::uint64_t remb_bps() const { return remb_bps_; }
  // Stops or goes on making frames.
  void set_running(Instant now, bool running);
  // The publisher begins anew with other SSRCs, as after a replaced track.
  void restart_streams(Random& random);

  void on_rtcp(Instant now, const rtcp::PacketView& packet);
  void handle_timeout(Instant now);
  Instant next_timeout() const;

 private:
  struct Sent {
    MediaTag tag;
    rtp::SeqNo seq;
    std::vector<std::uint8_t> payload;
    rtp::RtpTime timestamp;
    bool marker = false;
  };
  struct Pending {
    Instant at;
    std::size_t stream = 0;
    Sent packet;
  };

  void make_frame(Instant now);
  void make_stream_frame(Instant now, std::size_t index);
  std::uint8_t payload_type(bool is_rtx) const;
  Vp8Fields next_fields(Stream& stream);
  std::uint32_t packets_of(std::size_t index, bool is_key) const;
  void send(Instant now, std::size_t stream, const Sent& packet, bool is_rtx);
  void retransmit(Instant now, std::size_t stream, rtp::SeqNo seq);
  void send_reports(Instant now);
  std::uint32_t ticks(Instant now) const;

  ClientTransport& transport_;
  TrackOptions options_;
  NtpTime ntp_;
  std::uint16_t& transport_seq_;
  std::vector<Stream> streams_;
  std::vector<std::map<std::uint16_t, Sent>> history_;  // by stream
  std::deque<Pending> pending_;
  std::uint32_t frame_ = 0;
  std::uint32_t key_frames_ = 0;
  std::uint32_t key_frame_requests_ = 0;
  std::uint32_t retransmissions_ = 0;
  std::uint64_t remb_bps_ = 0;
  bool running_ = true;
  Instant frame_at_ = kNever;
  Instant report_at_ = kNever;
  bool started_ = false;
};

}  // namespace confab::sim
