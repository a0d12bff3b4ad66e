#include "bench/media/media_source.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace confab::bench {
namespace {

template <typename T>
T must(Result<T> result) {
  CHECK(result.has_value());
  return *std::move(result);
}

}  // namespace

MediaSource::MediaSource(const ortc::RtpCapabilities& router, const SrtpKeys& keys,
                         srtp::CryptoProvider& crypto, Random& random)
    : random_(random),
      audio_offer_(must(client::offer_audio(router, "0", random))),
      video_offer_(must(client::offer_video(router, "1", {}, random))),
      audio_(audio_offer_.track.stream, random),
      video_(video_offer_.track.layers.front().stream, random),
      srtp_(crypto, keys),
      audio_overhead_(overhead_of(audio_.config(), false, keys, crypto)),
      video_overhead_(overhead_of(video_.config(), true, keys, crypto)) {}

// What header, extensions and tag take, found by making one packet that nobody gets.
std::size_t MediaSource::overhead_of(const client::StreamConfig& stream, bool is_video,
                                     const SrtpKeys& keys, srtp::CryptoProvider& crypto) const {
  constexpr std::uint16_t kPayloadBytes = 100;
  client::RtpSender sender(stream, random_);
  srtp::SrtpSender protector(crypto, keys.local);
  DatagramBatch out(1);
  client::Stats stats;
  std::uint16_t transport_seq = 0;
  client::SendContext context{protector, out, stats, transport_seq};
  sender.send(Instant{}, {.is_video = is_video, .size = kPayloadBytes}, {}, false, context);
  CHECK(out.size() == 1);
  return out[0].size() - kPayloadBytes;
}

void MediaSource::compose(Instant now, Duration media_time, const TracePacket& packet,
                          DatagramBatch& out) {
  client::SendContext context{srtp_.sender(), out, stats_, transport_seq_};
  const std::size_t overhead = packet.is_video ? video_overhead_ : audio_overhead_;
  const std::size_t least =
      packet.is_video ? client::kVp8PayloadBytesMin : client::kOpusPayloadBytesMin;
  if (packet.starts_frame) {
    ++picture_id_;
    is_key_frame_ = !std::exchange(sent_key_frame_, true);
  }
  const client::SyntheticPayload payload{
      .is_video = packet.is_video,
      .is_key_frame = packet.is_video && is_key_frame_,
      .is_frame_start = packet.starts_frame,
      .picture_id = static_cast<std::uint16_t>(picture_id_ & 0x7FFF),
      .tl0_pic_idx = static_cast<std::uint8_t>(picture_id_),
      .size = static_cast<std::uint16_t>(
          std::max(least, std::max<std::size_t>(packet.bytes, overhead) - overhead)),
      .stamp = now};
  (packet.is_video ? video_ : audio_).send(now, payload, media_time, packet.marker, context);
}

}  // namespace confab::bench
