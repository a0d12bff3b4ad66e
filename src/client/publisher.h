// The sending half of a transport: composes tracks when they are due, and does what the server asks
// in RTCP. Sans-IO; owned by a Transport, which hands in the way out with each call.
#pragma once

#include <cstdint>
#include <vector>

#include "base/instant.h"
#include "base/random.h"
#include "client/rtp_sender.h"
#include "client/stats.h"
#include "client/track.h"
#include "rtc/rtcp/packet.h"

namespace confab::client {

class Publisher {
 public:
  Publisher(const WallMap& wall, Random& random) : wall_(wall), random_(random) {}

  // Sent from `now` on.
  void add(Instant now, const AudioTrack& track);
  void add(Instant now, const VideoTrack& track);

  void handle_timeout(Instant now, SendContext& context);
  Instant next_timeout() const { return due_; }
  // One packet of a compound the server sent: NACK, PLI, FIR, transport-cc. Others are passed over.
  void handle_rtcp(Instant now, const rtcp::PacketView& packet, SendContext& context);

 private:
  struct Audio {
    RtpSender sender;
    AudioTrack track;
    Instant start;
    Instant next;
  };
  struct Layer {
    RtpSender sender;
    std::size_t packets_per_frame;
    std::uint16_t payload_bytes;
    std::uint16_t picture_id;
    std::uint8_t tl0_pic_idx = 0;
    bool wants_key_frame = true;
  };
  struct Video {
    std::vector<Layer> layers;
    Duration interval;
    Instant start;
    Instant next;
  };

  void send_audio(Instant now, Audio& audio, SendContext& context);
  void send_frame(Instant now, Video& video, SendContext& context);
  void send_layer(Instant now, Layer& layer, Duration elapsed, SendContext& context);
  void send_reports(Instant now, SendContext& context);
  void request_key_frame(rtp::Ssrc ssrc, SendContext& context);
  void update_due();
  template <typename Visit>
  void for_each_sender(Visit&& visit);

  WallMap wall_;
  Random& random_;
  std::vector<Audio> audio_;
  std::vector<Video> video_;
  Instant next_report_ = kNever;
  Instant due_ = kNever;
};

}  // namespace confab::client
