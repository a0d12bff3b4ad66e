#include "sim/publisher.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_writer.h"
#include "sim/parameters.h"

namespace confab::sim {
namespace {

constexpr std::size_t kHistoryPackets = 1000;
constexpr std::size_t kPacketBytes = 1500;

}  // namespace

Publisher::Publisher(ClientTransport& transport, Random& random, const TrackOptions& options,
                     std::uint32_t first_stream, NtpTime ntp, std::uint16_t& transport_seq)
    : transport_(transport), options_(options), ntp_(ntp), transport_seq_(transport_seq) {
  const std::uint32_t layers = options.is_simulcast ? 3 : 1;
  for (std::uint32_t i = 0; i < layers; ++i) {
    Stream stream;
    if (options.is_simulcast) stream.rid = "r" + std::to_string(i);
    stream.number = first_stream + i;
    streams_.push_back(stream);
  }
  history_.resize(layers);
  restart_streams(random);
}

void Publisher::restart_streams(Random& random) {
  for (Stream& stream : streams_) {
    stream.ssrc = {random.u32()};
    stream.rtx_ssrc = {random.u32()};
    stream.next_seq = {static_cast<std::uint16_t>(random.u32())};
    stream.next_rtx_seq = {static_cast<std::uint16_t>(random.between(1, 1000))};
    stream.timestamp_base = random.u32();
    stream.picture_id = static_cast<std::uint16_t>(random.u32() & 0x7FFF);
    stream.tl0_pic_idx = static_cast<std::uint8_t>(random.u32());
    stream.wants_key_frame = true;
  }
  for (auto& history : history_) history.clear();
}

void Publisher::set_running(Instant now, bool running) {
  running_ = running;
  if (started_) frame_at_ = running ? now : kNever;
}

Instant Publisher::next_timeout() const {
  if (!transport_.is_ready()) return kNever;
  if (!started_) return Instant{};
  const Instant packet_at = pending_.empty() ? kNever : pending_.front().at;
  return std::min({frame_at_, report_at_, packet_at});
}

void Publisher::handle_timeout(Instant now) {
  if (!transport_.is_ready()) return;
  if (!started_) {
    started_ = true;
    if (running_) frame_at_ = now;
    report_at_ = now + 300ms;
  }
  while (!pending_.empty() && pending_.front().at <= now) {
    const Pending next = std::move(pending_.front());
    pending_.pop_front();
    send(now, next.stream, next.packet, false);
  }
  if (frame_at_ <= now) {
    make_frame(now);
    frame_at_ = now + options_.frame_interval;
  }
  if (report_at_ <= now) {
    send_reports(now);
    report_at_ = now + 1s;
  }
}

std::uint32_t Publisher::ticks(Instant now) const {
  const std::int64_t rate = options_.is_video ? 90'000 : 48'000;
  return static_cast<std::uint32_t>(to_us(now.time_since_epoch()) * rate / 1'000'000);
}

void Publisher::make_frame(Instant now) {
  ++frame_;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i].is_active) make_stream_frame(now, i);
  }
}

std::uint32_t Publisher::packets_of(std::size_t index, bool is_key) const {
  const std::uint32_t own = options_.packets_by_layer[std::min<std::size_t>(index, 2)];
  return (own != 0 ? own : options_.packets_per_frame) * (is_key ? options_.key_frame_times : 1);
}

// libwebrtc's pattern for three temporal layers: the first of the second and of the third refer to
// the lowest alone, and say so.
Vp8Fields Publisher::next_fields(Stream& stream) {
  Vp8Fields fields;
  fields.is_key_frame = options_.is_video && std::exchange(stream.wants_key_frame, false);
  if (fields.is_key_frame) {
    ++key_frames_;
    stream.since_key_frame = 0;
    stream.lower_frames = {};
  }
  if (options_.temporal_layers == 3) {
    constexpr std::array<std::uint8_t, 4> kLayers = {0, 2, 1, 2};
    const std::uint32_t place = stream.since_key_frame++ % 4;
    fields.temporal = kLayers[place];
    fields.is_layer_sync = place == 1 || place == 2;
    if (!fields.is_key_frame) fields.references[0] = stream.lower_frames[0];
    if (place == 3) fields.references[1] = stream.lower_frames[1];
    if (fields.temporal < 2) stream.lower_frames[fields.temporal] = frame_;
  } else {
    if (!fields.is_key_frame) fields.references[0] = stream.lower_frames[0];
    stream.lower_frames[0] = frame_;
  }
  fields.picture_id = stream.picture_id;
  stream.picture_id = (stream.picture_id + 1) & 0x7FFF;
  // RFC 7741 §4.2: goes up with each frame of the lowest layer.
  if (fields.temporal == 0) ++stream.tl0_pic_idx;
  fields.tl0_pic_idx = stream.tl0_pic_idx;
  return fields;
}

void Publisher::make_stream_frame(Instant now, std::size_t index) {
  Stream& stream = streams_[index];
  const Vp8Fields fields = next_fields(stream);
  const auto count =
      static_cast<std::uint16_t>(options_.is_video ? packets_of(index, fields.is_key_frame) : 1);
  for (std::uint16_t i = 0; i < count; ++i) {
    Sent packet;
    packet.tag = {stream.number, frame_, i, count};
    packet.seq = stream.next_seq;
    stream.next_seq = stream.next_seq + 1;
    packet.timestamp = {stream.timestamp_base + ticks(now)};
    packet.marker = options_.is_video && i + 1 == count;
    // The last packet of a frame is what is left over.
    const std::size_t own = options_.payload_by_layer[std::min<std::size_t>(index, 2)];
    const std::size_t payload = own != 0 ? own : options_.payload_bytes;
    packet.payload.resize(options_.is_video && i + 1 == count ? payload * 3 / 4 : payload);
    if (options_.is_video && options_.is_h264) {
      write_h264(packet.payload, packet.tag, fields);
    } else if (options_.is_video) {
      write_vp8(packet.payload, packet.tag, fields);
    } else {
      write_opus(packet.payload, packet.tag);
    }
    if (i == 0 || options_.packet_spacing == Duration::zero()) {
      send(now, index, packet, false);
    } else {
      pending_.push_back({now + i * options_.packet_spacing, index, std::move(packet)});
    }
  }
}

void Publisher::send(Instant now, std::size_t index, const Sent& packet, bool is_rtx) {
  Stream& stream = streams_[index];
  rtp::ExtensionSet extensions;
  extensions.add(kMidId, as_bytes(options_.mid));
  extensions.add(kAbsSendTimeId, rtp::encode_abs_send_time(now));
  if (options_.has_transport_cc) {
    extensions.add(kTransportCcId, rtp::encode_transport_seq(transport_seq_++));
  }
  if (!options_.is_video) {
    extensions.add(kAudioLevelId, rtp::encode_audio_level({options_.audio_level_dbov, true}));
  }
  if (!stream.rid.empty()) {
    extensions.add(is_rtx ? kRepairedRidId : kRidId, as_bytes(stream.rid));
  }
  rtp::RtpHeader header;
  header.marker = packet.marker;
  header.timestamp = packet.timestamp;
  header.payload_type = payload_type(is_rtx);
  header.ssrc = is_rtx ? stream.rtx_ssrc : stream.ssrc;
  header.seq = is_rtx ? stream.next_rtx_seq : packet.seq;
  std::vector<std::uint8_t> bytes(kPacketBytes);
  const auto written =
      is_rtx ? rtp::write_rtx_packet(bytes, header, extensions, packet.seq, packet.payload)
             : rtp::write_rtp_packet(bytes, header, extensions, packet.payload);
  CHECK(written.has_value());
  bytes.resize(written->size);
  if (is_rtx) {
    stream.next_rtx_seq = stream.next_rtx_seq + 1;
  } else {
    ++stream.packets;
    stream.bytes += static_cast<std::uint32_t>(packet.payload.size());
    auto& history = history_[index];
    history[packet.seq.value] = packet;
    // Far behind, by the distance of the numbers: 16-bit keys do not tell what is old by order.
    history.erase(static_cast<std::uint16_t>(packet.seq.value - kHistoryPackets));
  }
  transport_.send_rtp(std::move(bytes));
}

std::uint8_t Publisher::payload_type(bool is_rtx) const {
  if (!options_.is_video) return kOpusPayloadType;
  if (options_.is_h264) return is_rtx ? kH264RtxPayloadType : kH264PayloadType;
  return is_rtx ? kVp8RtxPayloadType : kVp8PayloadType;
}

void Publisher::retransmit(Instant now, std::size_t index, rtp::SeqNo seq) {
  const auto it = history_[index].find(seq.value);
  if (it == history_[index].end()) return;
  ++retransmissions_;
  const Sent packet = it->second;
  send(now, index, packet, true);
}

void Publisher::on_rtcp(Instant now, const rtcp::PacketView& packet) {
  const auto stream_of = [&](rtp::Ssrc ssrc) -> std::optional<std::size_t> {
    const auto it = std::ranges::find(streams_, ssrc, &Stream::ssrc);
    if (it == streams_.end()) return std::nullopt;
    return static_cast<std::size_t>(it - streams_.begin());
  };
  if (const auto nack = rtcp::parse_nack(packet)) {
    if (const auto index = stream_of(nack->media)) {
      nack->for_each([&](rtp::SeqNo seq) { retransmit(now, *index, seq); });
    }
  } else if (const auto pli = rtcp::parse_pli(packet)) {
    if (const auto index = stream_of(pli->media)) {
      ++key_frame_requests_;
      streams_[*index].wants_key_frame = true;
    }
  } else if (const auto remb = rtcp::parse_remb(packet)) {
    for (std::size_t i = 0; i < remb->ssrcs.size(); ++i) {
      if (stream_of(remb->ssrcs[i])) remb_bps_ = remb->bitrate_bps;
    }
  }
}

void Publisher::send_reports(Instant now) {
  NtpTime ntp;
  if (options_.has_wall_clock) ntp.value = ntp_.value + to_ntp_units(now.time_since_epoch());
  for (const Stream& stream : streams_) {
    std::array<std::uint8_t, 256> bytes;
    rtcp::CompoundWriter writer(bytes);
    writer.sender_report(
        stream.ssrc, {ntp, {stream.timestamp_base + ticks(now)}, stream.packets, stream.bytes}, {});
    writer.source_description(stream.ssrc, "sim");
    const auto written = writer.written();
    transport_.send_rtcp({written.begin(), written.end()});
  }
}

}  // namespace confab::sim
