#include "sfu/producer.h"

#include <algorithm>

#include "rtc/ortc/codec.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_writer.h"

namespace confab::sfu {
namespace {

using ortc::HeaderExtension;

constexpr Duration kLayersCheck = 250ms;
// People read for a minute, and scroll.
constexpr Duration kScreenHalfLife = 20s;
// A frame a second is what a screen sends while it stands still, and one may be lost.
constexpr Duration kScreenSilence = 3s;
// What a packet takes on the way to a receiver beside its own bytes: the tag of SRTP, UDP and IP.
constexpr std::size_t kWireBytes = 16 + 28;

bool has_feedback(const ortc::RtpCodecParameters& codec, std::string_view type,
                  std::string_view parameter) {
  return std::ranges::any_of(codec.rtcp_feedback, [&](const ortc::RtcpFeedback& f) {
    return f.type == type && f.parameter == parameter;
  });
}

StreamRepair repair_of(ortc::MediaKind kind, const ortc::RtpCodecParameters& codec,
                       Duration key_frame_interval) {
  StreamRepair repair;
  repair.key_frame_interval = key_frame_interval;
  // Audio that had to be asked for again comes after its time.
  if (kind == ortc::MediaKind::kAudio) return repair;
  repair.nack = has_feedback(codec, "nack", "");
  repair.pli = has_feedback(codec, "nack", "pli");
  repair.fir = has_feedback(codec, "ccm", "fir");
  return repair;
}

}  // namespace

Producer::Producer(ShardContext& context, PublisherLink& link, ProducerSetup setup)
    : Source(std::move(setup.source), context.config.timing.history),
      context_(context),
      link_(link),
      meeting_(setup.meeting),
      transport_(setup.transport),
      slot_(setup.slot),
      parameters_(std::move(setup.parameters)),
      extensions_(ExtensionIds::of(parameters_)),
      layer_rates_(is_screen() ? kScreenHalfLife : Duration::zero()) {
  for (const ortc::CodecMapping& codec : setup.mapping.codecs) {
    const auto it = std::ranges::find(parameters_.codecs, codec.payload_type,
                                      &ortc::RtpCodecParameters::payload_type);
    if (it == parameters_.codecs.end() || ortc::is_rtx(it->mime_type)) continue;
    PayloadType type{codec.payload_type, codec.mapped_payload_type,
                     codec::codec_from_mime_type(it->mime_type), std::nullopt};
    if (const auto rtx = ortc::find_rtx(parameters_, codec.payload_type)) {
      type.rtx = parameters_.codecs[*rtx].payload_type;
    }
    payload_types_.push_back(type);
  }
  const ortc::RtpCodecParameters& codec = parameters_.codecs.front();
  const StreamRepair repair = repair_of(kind(), codec, context_.config.timing.key_frame_interval);
  for (const ortc::RtpEncoding& encoding : parameters_.encodings) {
    ProducerStream& stream = streams_.emplace_back(codec.clock_rate, repair);
    if (encoding.ssrc) stream.set_ssrc({*encoding.ssrc});
  }
  const bool has_transport_cc =
      has_feedback(codec, "transport-cc", "") && extensions_[HeaderExtension::kTransportCc] != 0;
  wants_remb_ = has_feedback(codec, "goog-remb", "") && !has_transport_cc;
}

Producer::~Producer() = default;

const Producer::PayloadType* Producer::find_payload_type(std::uint8_t publisher) const {
  const auto it = std::ranges::find(payload_types_, publisher, &PayloadType::publisher);
  return it == payload_types_.end() ? nullptr : &*it;
}

const Producer::PayloadType* Producer::find_by_rtx(std::uint8_t rtx) const {
  const auto it = std::ranges::find(payload_types_, std::optional(rtx), &PayloadType::rtx);
  return it == payload_types_.end() ? nullptr : &*it;
}

void Producer::receive(Instant now, const StreamRoute& route, PacketRef packet,
                       const rtp::RtpPacketView& rtp) {
  if (route.is_rtx) {
    receive_rtx(now, route.encoding, std::move(packet), rtp);
    return;
  }
  streams_[route.encoding].set_ssrc(rtp.ssrc());
  receive_media(now, route.encoding, std::move(packet), rtp, false);
}

void Producer::receive_rtx(Instant now, std::uint8_t encoding, PacketRef packet,
                           const rtp::RtpPacketView& rtp) {
  ++context_.counters.rtx_in;
  ProducerStream& stream = streams_[encoding];
  const PayloadType* type = find_by_rtx(rtp.payload_type());
  if (type == nullptr) return context_.counters.drop(Drop::kRtpUnknownPayloadType);
  // Before the stream itself has been seen there is nothing to repair.
  if (!stream.ssrc() || !stream.has_packets()) {
    return context_.counters.drop(Drop::kRtpUnknownStream);
  }
  const auto size = rtp::unwrap_rtx(packet.mutable_view(), *stream.ssrc(), type->publisher);
  if (!size) {
    return context_.counters.drop(size.error() == rtp::RtpError::kEmptyRtx ? Drop::kRtxProbe
                                                                           : Drop::kRtxMalformed);
  }
  packet.resize(*size);
  const auto original = rtp::RtpPacketView::parse(packet.view());
  if (!original) return context_.counters.drop(Drop::kRtxMalformed);
  receive_media(now, encoding, std::move(packet), *original, true);
}

void Producer::receive_media(Instant now, std::uint8_t encoding, PacketRef packet,
                             const rtp::RtpPacketView& rtp, bool repaired) {
  const PayloadType* type = find_payload_type(rtp.payload_type());
  if (type == nullptr) return context_.counters.drop(Drop::kRtpUnknownPayloadType);
  ProducerStream& stream = streams_[encoding];
  const ProducerStream::Arrival arrival =
      stream.on_packet(now, rtp.seq(), rtp.timestamp(), packet.size(), repaired);
  if (arrival.is_time_jump) on_clock_changed();
  if (arrival.is_duplicate) return context_.counters.drop(Drop::kRtpDuplicate);
  if (is_paused()) return context_.counters.drop(Drop::kProducerPaused);
  if (layers_check_at_ == kNever && streams_.size() > 1) layers_check_at_ = now + kLayersCheck;

  // Padding alone (a probe of the publisher's) is passed on: consumers close their numbers over
  // it.
  std::optional<codec::PayloadInfo> info = codec::PayloadInfo{};
  if (!rtp.payload().empty()) info = codec::parse_payload(type->codec, rtp.payload());
  stream.on_payload(now, rtp.seq(), info && info->is_key_frame_start);
  if (!info) return context_.counters.drop(Drop::kPayloadMalformed);
  if (kind() == ortc::MediaKind::kAudio) note_audio_level(now, rtp);
  if (streams_.size() > 1 && !rtp.payload().empty()) {
    layer_rates_.add(now, encoding, info->temporal_layer, packet.size() + kWireBytes);
    // What is repeated may speak of a time that is over.
    if (arrival.is_newest) note_layers_allocation(now, rtp);
  }

  const MediaPacket media(
      {.source = {encoding, stream.epoch()},
       .seq = arrival.seq,
       .timestamp = rtp.timestamp(),
       .is_newest = arrival.is_newest,
       .payload_type = type->router,
       .info = *info,
       .notes = {.payload_offset = static_cast<std::uint16_t>(rtp.header_size()),
                 .payload_size = static_cast<std::uint16_t>(rtp.payload().size()),
                 .extensions = copied_extensions(rtp),
                 .picture_ids = info->places,
                 .marker = rtp.marker()}},
      packet);
  if (info->is_key_frame_start && arrival.is_newest) stream.on_key_frame();
  forward(now, media);
  for (const auto& outlet : outlets_) outlet->on_media(media);
}

void Producer::note_audio_level(Instant now, const rtp::RtpPacketView& rtp) {
  const std::uint8_t extension = extensions_[HeaderExtension::kAudioLevel];
  if (extension == 0) return;
  const auto data = rtp.extension(extension);
  if (!data) return;
  if (const auto level = rtp::parse_audio_level(*data)) {
    link_.on_audio_level(now, id(), level->level_dbov);
  }
}

void Producer::note_layers_allocation(Instant now, const rtp::RtpPacketView& rtp) {
  const std::uint8_t extension = extensions_[HeaderExtension::kLayersAllocation];
  if (extension == 0) return;
  const auto data = rtp.extension(extension);
  if (!data) return;
  const auto said = rtp::parse_layers_allocation(*data);
  if (!said) {
    ++context_.counters.layers_allocations_refused;
    return;
  }
  ++context_.counters.layers_allocations_in;
  announced_.hear(now, *said);
  layers_check_at_ = now;
  link_.schedule(now);
}

CopiedExtensions Producer::copied_extensions(const rtp::RtpPacketView& rtp) const {
  constexpr std::array kAudio = {HeaderExtension::kAudioLevel, HeaderExtension::kAbsCaptureTime};
  constexpr std::array kVideo = {HeaderExtension::kVideoOrientation,
                                 HeaderExtension::kTimestampOffset, HeaderExtension::kPlayoutDelay,
                                 HeaderExtension::kAbsCaptureTime};
  CopiedExtensions out;
  const auto copy = [&](HeaderExtension which) {
    const std::uint8_t id = extensions_[which];
    if (id == 0) return;
    const auto data = rtp.extension(id);
    // Only what fits the one-byte form (RFC 8285 §4.2); all of these do when well-formed.
    if (!data || data->empty() || data->size() > 16) return;
    out.items[out.count++] = {which, static_cast<std::uint8_t>(data->size()),
                              static_cast<std::uint16_t>(data->data() - rtp.bytes().data())};
  };
  if (kind() == ortc::MediaKind::kAudio) {
    std::ranges::for_each(kAudio, copy);
  } else {
    std::ranges::for_each(kVideo, copy);
  }
  return out;
}

void Producer::set_paused(Instant now, bool paused) {
  if (!change_paused(now, paused)) return;
  for (ProducerStream& stream : streams_) stream.reset_repair();
  for (const auto& outlet : outlets_) outlet->on_state_changed();
}

void Producer::on_sender_report(Instant now, std::uint8_t encoding, const rtcp::SenderInfo& info,
                                NtpTime sent_at) {
  streams_[encoding].on_sender_report(now, info, sent_at);
  on_clock_changed();
}

void Producer::on_clock_changed() {
  for (const auto& outlet : outlets_) outlet->on_state_changed();
}

void Producer::want_key_frame(Instant now, std::uint8_t encoding) {
  if (is_paused()) return;
  streams_[encoding].want_key_frame(now);
  link_.schedule(now);
}

PipeOutlet& Producer::open_outlet(PipeTransport& pipe) {
  if (PipeOutlet* open = find_outlet(pipe.peer())) return *open;
  outlets_.push_back(std::make_unique<PipeOutlet>(pipe, meeting_, *this));
  return *outlets_.back();
}

PipeOutlet* Producer::find_outlet(std::uint8_t shard) const {
  const auto it = std::ranges::find(outlets_, shard, [](const auto& o) { return o->peer(); });
  return it == outlets_.end() ? nullptr : it->get();
}

void Producer::check_layers(Instant now) {
  if (now < layers_check_at_) return;
  layers_check_at_ = now + kLayersCheck;
  const Duration silence = std::max(context_.config.timing.layer_silence,
                                    is_screen() ? kScreenSilence : Duration::zero());
  LayerMask alive = 0;
  LayerMask off = 0;
  for (std::uint8_t i = 0; i < layers(); ++i) {
    const Instant last = streams_[i].last_packet_at();
    if (streams_[i].has_packets() && now - last < silence) alive |= layer_bit(i);
    if (announced_.is_off(i, last)) off |= layer_bit(i);
  }
  if (alive == 0) flows_since_ = kNever;
  if (alive != 0 && flows_since_ == kNever) flows_since_ = now;
  // Where nothing comes at all, as of a screen that stands still, nothing shows that one is gone;
  // nor a moment after the first of them comes again.
  if (alive == 0 || now - flows_since_ < silence) alive |= this->alive();
  if ((alive & ~off) != 0) alive &= static_cast<LayerMask>(~off);
  LayerBps rates = layer_rates_.bps(now);
  // An encoder aims high for a screen, on which nothing moves for most of the time: what it took
  // when something did says more.
  if (!is_screen()) announced_.raise(rates);
  const bool changed_rates = change_rates(rates);
  if (!change_alive(now, alive) && !changed_rates) return;
  for (const auto& outlet : outlets_) outlet->on_state_changed();
}

Instant Producer::next_timeout() const {
  Instant next = layers_check_at_;
  for (const ProducerStream& stream : streams_) next = std::min(next, stream.next_feedback());
  return next;
}

}  // namespace confab::sfu
