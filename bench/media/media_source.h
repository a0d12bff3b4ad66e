// One publisher's packets: a microphone and a camera as the load generator's client sends them,
// composed and protected to the sizes of a trace.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/datagram_batch.h"
#include "base/instant.h"
#include "base/random.h"
#include "bench/media/trace.h"
#include "client/negotiate.h"
#include "client/rtp_sender.h"
#include "client/stats.h"
#include "rtc/ortc/types.h"
#include "rtc/srtp/session.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::bench {

class MediaSource {
 public:
  // `keys`: the client's side. The references outlive the source.
  MediaSource(const ortc::RtpCapabilities& router, const SrtpKeys& keys,
              srtp::CryptoProvider& crypto, Random& random);

  // As `produce` announces them.
  const ortc::RtpParameters& audio_parameters() const { return audio_offer_.parameters; }
  const ortc::RtpParameters& video_parameters() const { return video_offer_.parameters; }

  // Appends the protected packet. The first frame of video is a key frame.
  void compose(Instant now, Duration media_time, const TracePacket& packet, DatagramBatch& out);

 private:
  std::size_t overhead_of(const client::StreamConfig& stream, bool is_video, const SrtpKeys& keys,
                          srtp::CryptoProvider& crypto) const;

  Random& random_;
  client::Offer<client::AudioTrack> audio_offer_;
  client::Offer<client::VideoTrack> video_offer_;
  client::RtpSender audio_;
  client::RtpSender video_;
  srtp::SrtpSession srtp_;
  client::Stats stats_;
  std::uint16_t transport_seq_ = 0;
  std::uint16_t picture_id_ = 0;
  bool sent_key_frame_ = false;
  bool is_key_frame_ = false;  // the frame that is being sent
  std::size_t audio_overhead_ = 0;
  std::size_t video_overhead_ = 0;
};

}  // namespace confab::bench
