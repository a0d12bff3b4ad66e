#include "client/publisher.h"

#include <algorithm>

#include "rtc/rtcp/compound_writer.h"

namespace confab::client {
namespace {

constexpr Duration kReportInterval = 1s;
constexpr std::string_view kCname = "loadtest";
// A thread that was held up does not send all it has missed at once: that would be a burst which no
// camera makes.
constexpr Duration kCatchUpMax = 100ms;

}  // namespace

void Publisher::add(Instant now, const AudioTrack& track) {
  audio_.push_back({RtpSender(track.stream, random_), track, now + track.phase, now + track.phase});
  if (next_report_ == kNever) next_report_ = now + kReportInterval;
  update_due();
}

void Publisher::add(Instant now, const VideoTrack& track) {
  Video video{.layers = {},
              .interval = Duration(1s) / track.frames_per_second,
              .start = now + track.phase,
              .next = now + track.phase};
  for (const VideoLayer& layer : track.layers) {
    const std::size_t frame_bytes = layer.bitrate_bps / 8 / track.frames_per_second;
    const std::size_t packets = std::max<std::size_t>(
        (frame_bytes + track.payload_bytes_max - 1) / track.payload_bytes_max, 1);
    const std::size_t payload =
        std::max((frame_bytes + packets - 1) / packets, kVp8PayloadBytesMin);
    video.layers.push_back({.sender = RtpSender(layer.stream, random_),
                            .packets_per_frame = packets,
                            .payload_bytes = static_cast<std::uint16_t>(payload),
                            .picture_id = static_cast<std::uint16_t>(random_.between(0, 0x7FFF))});
  }
  video_.push_back(std::move(video));
  if (next_report_ == kNever) next_report_ = now + kReportInterval;
  update_due();
}

void Publisher::update_due() {
  due_ = next_report_;
  for (const Audio& audio : audio_) due_ = std::min(due_, audio.next);
  for (const Video& video : video_) due_ = std::min(due_, video.next);
}

void Publisher::handle_timeout(Instant now, SendContext& context) {
  if (now < due_) return;
  for (Audio& audio : audio_) {
    if (audio.next + kCatchUpMax < now) audio.next = now;
    for (; audio.next <= now; audio.next += audio.track.interval) send_audio(now, audio, context);
  }
  for (Video& video : video_) {
    if (video.next + kCatchUpMax < now) video.next = now;
    for (; video.next <= now; video.next += video.interval) send_frame(now, video, context);
  }
  if (next_report_ <= now) {
    send_reports(now, context);
    next_report_ = now + kReportInterval;
  }
  update_due();
}

void Publisher::send_audio(Instant now, Audio& audio, SendContext& context) {
  const SyntheticPayload payload{
      .size = static_cast<std::uint16_t>(std::max(audio.track.payload_bytes, kOpusPayloadBytesMin)),
      .stamp = now};
  // RFC 3551 §4.1: the marker begins a talkspurt.
  audio.sender.send(now, payload, audio.next - audio.start, audio.next == audio.start, context);
}

void Publisher::send_frame(Instant now, Video& video, SendContext& context) {
  for (Layer& layer : video.layers) send_layer(now, layer, video.next - video.start, context);
}

void Publisher::send_layer(Instant now, Layer& layer, Duration elapsed, SendContext& context) {
  SyntheticPayload payload{.is_video = true,
                           .is_key_frame = layer.wants_key_frame,
                           .is_frame_start = true,
                           .picture_id = layer.picture_id,
                           .tl0_pic_idx = layer.tl0_pic_idx,
                           .size = layer.payload_bytes,
                           .stamp = now};
  for (std::size_t i = 0; i < layer.packets_per_frame; ++i) {
    payload.is_frame_start = i == 0;
    layer.sender.send(now, payload, elapsed, i + 1 == layer.packets_per_frame, context);
  }
  if (payload.is_key_frame) ++context.stats.counters.key_frames_sent;
  layer.wants_key_frame = false;
  layer.picture_id = (layer.picture_id + 1) & 0x7FFF;
  ++layer.tl0_pic_idx;
}

template <typename Visit>
void Publisher::for_each_sender(Visit&& visit) {
  for (Audio& audio : audio_) visit(audio.sender);
  for (Video& video : video_) {
    for (Layer& layer : video.layers) visit(layer.sender);
  }
}

void Publisher::send_reports(Instant now, SendContext& context) {
  for_each_sender([&](RtpSender& sender) {
    const auto info = sender.sender_info(now, wall_);
    if (!info) return;
    const MutableBytes slot = context.out.begin();
    if (slot.empty()) return;
    rtcp::CompoundWriter writer(slot.first(slot.size() - srtp::kRtcpOverheadMax));
    writer.sender_report(sender.config().ssrc, *info, {});
    writer.source_description(sender.config().ssrc, kCname);
    if (const auto size = context.srtp.protect_rtcp(slot, writer.size())) {
      context.out.commit(*size);
    }
  });
}

void Publisher::handle_rtcp(Instant now, const rtcp::PacketView& packet, SendContext& context) {
  Counters& counters = context.stats.counters;
  if (const auto nack = rtcp::parse_nack(packet)) {
    ++counters.nacks_received;
    for_each_sender([&](RtpSender& sender) {
      if (sender.config().ssrc != nack->media) return;
      nack->for_each([&](rtp::SeqNo seq) { sender.retransmit(now, seq, context); });
    });
  } else if (const auto pli = rtcp::parse_pli(packet)) {
    request_key_frame(pli->media, context);
  } else if (const auto fir = rtcp::parse_fir(packet)) {
    for (std::size_t i = 0; i < fir->size(); ++i) request_key_frame((*fir)[i].ssrc, context);
  } else if (packet.type == rtcp::PacketType::kTransportFeedback &&
             packet.count_or_format == rtcp::kFormatTransportCc) {
    ++counters.transport_feedback_received;
  }
}

void Publisher::request_key_frame(rtp::Ssrc ssrc, SendContext& context) {
  for (Video& video : video_) {
    for (Layer& layer : video.layers) {
      if (layer.sender.config().ssrc != ssrc) continue;
      ++context.stats.counters.plis_received;
      layer.wants_key_frame = true;
    }
  }
}

}  // namespace confab::client
