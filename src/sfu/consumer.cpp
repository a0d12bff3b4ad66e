#include "sfu/consumer.h"

#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "rtc/codec/payload.h"
#include "rtc/ortc/codec.h"
#include "rtc/srtp/session.h"
#include "sfu/egress_writer.h"

namespace confab::sfu {
namespace {

// A receiver that does not know how far it is asks again after this (libwebrtc's default).
constexpr Duration kRttDefault = 100ms;
// As soon as browsers ask again, however near they are.
constexpr Duration kRepeatMin = 10ms;
// What is measured of a round trip has in it how long the receiver takes to look at its packets: it
// asks again after one, and that comes a little before we think that one is over.
constexpr Duration kRttSlackMax = 10ms;
// What is shown to all is what they came for.
constexpr std::uint8_t kScreenWeight = 8;
// A receiver is told of what it is sent no more often.
constexpr Duration kTellInterval = 1s;

EgressStream make_stream(const ConsumerSetup& setup, const Source& source) {
  EgressStream stream;
  const ortc::RtpParameters& parameters = setup.parameters;
  const ortc::RtpEncoding& encoding = parameters.encodings.front();
  const ortc::RtpCodecParameters& codec = parameters.codecs.front();
  stream.number = setup.number;
  stream.ssrc = {encoding.ssrc.value_or(0)};
  stream.payload_type = codec.payload_type;
  stream.is_audio = source.kind() == ortc::MediaKind::kAudio;
  stream.is_layered = !stream.is_audio && source.layers() > 1;
  stream.extensions = ExtensionIds::of(parameters);
  const auto rtx = ortc::find_rtx(parameters, codec.payload_type);
  if (rtx && encoding.rtx_ssrc) {
    stream.rtx_ssrc = {*encoding.rtx_ssrc};
    stream.rtx_payload_type = parameters.codecs[*rtx].payload_type;
  }
  stream.header = HeaderTemplate(stream.ssrc, stream.payload_type, stream.extensions,
                                 parameters.mid.value_or(""));
  return stream;
}

// RFC 3550 §5.1: sequence numbers and timestamps start at random. Not in the upper half, so that
// the first packets stand clear of the wrap where a reordered start would be taken for a rollover
// (RFC 3711 §3.3.1).
rtp::SeqNo random_seq(Random& random) {
  return {static_cast<std::uint16_t>(random.between(1, 0x7FFF))};
}

// Of each stream all its frames or none.
void keep_whole(LayerBps& rates) {
  for (auto& stream : rates) {
    bool is_below = false;
    for (auto& bps : stream | std::views::reverse) {
      if (is_below) bps = 0;
      is_below |= bps != 0;
    }
  }
}

// Frames can be left out by what the payload says of them where it says enough and where pictures
// may be numbered anew: VP8.
LayerSelector::Media media_of(const ConsumerSetup& setup, const Source& source) {
  if (source.kind() == ortc::MediaKind::kAudio) return LayerSelector::Media::kAudio;
  const auto codec = codec::codec_from_mime_type(setup.parameters.codecs.front().mime_type);
  return codec == codec::Codec::kVp8 ? LayerSelector::Media::kVideoWithTemporal
                                     : LayerSelector::Media::kVideo;
}

}  // namespace

Consumer::Consumer(ShardContext& context, ReceiverQueue& queue, Source& source,
                   const ConsumerSetup& setup)
    : context_(context),
      queue_(queue),
      source_(source),
      id_(setup.id),
      transport_(setup.transport),
      stream_(make_stream(setup, source)),
      selector_(source.layers(), media_of(setup, source), setup.paused, source.is_paused()),
      map_(random_seq(context.random)),
      timestamps_({context.random.u32()}, setup.parameters.codecs.front().clock_rate),
      next_rtx_seq_(random_seq(context.random)) {
  // Until the receiver has reported what reaches it.
  if (is_layered() && is_numbered() && queue_.rate != nullptr) {
    selector_.allot({0, kAllLayers.temporal});
    selector_.choose(source_.alive());
  }
  source_.attach(*this);
  source_.on_wanted_changed();
}

Consumer::~Consumer() {
  source_.detach(*this);
}

void Consumer::on_media(Instant now, const MediaPacket& packet) {
  if (selector_.is_paused()) return context_.counters.drop(Drop::kConsumerPaused);
  // Nothing to begin before there is a way to the receiver: it would miss the key frame.
  if (!queue_.can_send()) return context_.counters.drop(Drop::kReceiverNotConnected);
  if (packet.payload_type != stream_.payload_type) {
    return context_.counters.drop(Drop::kRtpUnknownPayloadType);
  }
  if (!admit(now, packet)) return;
  if (is_video() && !context_.egress.has_room(queue_, EgressClass::kVideo)) {
    return step_back(now);
  }

  const std::int64_t lateness = map_.lateness(packet.seq);
  // Padding alone, a probe of the publisher's, is of no use to a receiver.
  if (packet.notes.payload_size == 0 && map_.leave_out(packet.seq, std::nullopt)) {
    return context_.counters.drop(Drop::kPaddingOnly);
  }
  // Time goes on from where it is, whatever base its source counts from now.
  if (lateness < 0 && timestamps_.is_jump(now, packet.timestamp)) {
    timestamps_.switch_to(now, packet.timestamp, std::nullopt);
  }
  const PacketMap::Span* span =
      map_.accept(packet.seq, static_cast<std::uint32_t>(timestamps_.offset()),
                  {packet.info.picture_id, packet.info.tl0_pic_idx});
  if (span == nullptr) return context_.counters.drop(Drop::kBeforeSwitch);
  const bool goes_as_rtx = lateness > 0 && stream_.has_rtx();
  if (!goes_as_rtx && lateness >= srtp::kSenderWindowPackets) {
    return context_.counters.drop(Drop::kEgressLate);
  }

  EgressEntry entry = make_entry(packet, *span);
  if (lateness <= 0) timestamps_.map(now, packet.timestamp);
  if (stream_.has_rtx()) source_.hold(now, packet);
  if (goes_as_rtx) {
    // However late it is: the stream itself can step back only a little (its SRTP index would), so
    // a packet that comes out of order, or was repaired, goes the way of a retransmission.
    entry.is_rtx = true;
    entry.rtx_seq = next_rtx_seq_;
    next_rtx_seq_ = next_rtx_seq_ + 1;
  }
  const bool completes_frame = !is_video() || packet.notes.marker || packet.info.is_frame_end;
  send(now, std::move(entry), completes_frame || goes_as_rtx);
  if (packet.info.is_key_frame_start) key_frame_wish_.on_key_frame();
}

bool Consumer::admit(Instant now, const MediaPacket& packet) {
  switch (selector_.judge(now, packet)) {
    case LayerSelector::Verdict::kForward:
      if (selector_.state() == LayerSelector::State::kSwitching) want_target_key_frame(now);
      return true;
    case LayerSelector::Verdict::kLeaveOut:
      if (selector_.state() == LayerSelector::State::kSwitching) want_target_key_frame(now);
      context_.counters.drop(Drop::kLayerLeftOut);
      // Where it comes late it has its number, and the receiver asks for it in vain, ten times.
      (void)map_.leave_out(packet.seq, packet.info.picture_id);
      return false;
    case LayerSelector::Verdict::kStart:
      start_at(now, packet);
      return true;
    case LayerSelector::Verdict::kWaits:
      want_target_key_frame(now);
      if (!selector_.current()) context_.counters.drop(Drop::kBeforeKeyFrame);
      return false;
    case LayerSelector::Verdict::kHeld:
      context_.counters.drop(Drop::kEgressShed);
      return false;
    case LayerSelector::Verdict::kStarved:
      context_.counters.drop(Drop::kLinkTooSmall);
      return false;
    case LayerSelector::Verdict::kNotWanted:
      return false;
  }
  return false;
}

// Its numbers were not taken yet: the receiver sees no gap that it would ask for.
void Consumer::step_back(Instant now) {
  context_.counters.drop(Drop::kEgressQueueFull);
  selector_.step_back(now, context_.random);
}

void Consumer::start_at(Instant now, const MediaPacket& packet) {
  if (timeline_ != packet.source || timestamps_.is_jump(now, packet.timestamp)) {
    timestamps_.switch_to(now, packet.timestamp, on_previous_clock(packet));
    timeline_ = packet.source;
  }
  map_.start_at(packet.source, packet.seq, {packet.info.picture_id, packet.info.tl0_pic_idx});
  selector_.start(packet);
  source_.on_wanted_changed();
}

// The packet's moment on the clock of the stream that was forwarded before, if both streams'
// sender reports are known.
std::optional<rtp::RtpTime> Consumer::on_previous_clock(const MediaPacket& packet) const {
  if (!timeline_ || timeline_->encoding == packet.source.encoding) return std::nullopt;
  const ReportClock& from = source_.report_clock(timeline_->encoding);
  const ReportClock& to = source_.report_clock(packet.source.encoding);
  if (!from.is_known() || !to.is_known()) return std::nullopt;
  return from.to_rtp(to.to_ntp(packet.timestamp));
}

void Consumer::want_target_key_frame(Instant now) {
  // It would come before there is a way to the receiver, and the next one only after the interval
  // of requests: on_transport_ready asks.
  if (!queue_.can_send() || !selector_.is_break_over(now)) return;
  // A change of layers is not the receiver's wish alone, and it goes on being sent the old one.
  if (selector_.current()) return source_.want_key_frame(now, selector_.target());
  want_key_frame(now, selector_.target());
}

void Consumer::want_key_frame(Instant now, std::uint8_t encoding) {
  if (key_frame_wish_.say(now)) return source_.want_key_frame(now, encoding);
  ++context_.counters.key_frame_requests_shed;
}

EgressEntry Consumer::make_entry(const MediaPacket& packet, const PacketMap::Span& span) const {
  EgressEntry entry;
  entry.packet = packet.packet;
  entry.stream = &stream_;
  entry.seq = rtp::to_seq(packet.seq + span.seq_offset);
  entry.timestamp = packet.timestamp + span.time_offset;
  if (const codec::PictureIdPlaces& places = packet.notes.picture_ids; places.any()) {
    const PictureIds ids =
        span.apply({packet.info.picture_id, packet.info.tl0_pic_idx}, places.picture_id_is_long);
    entry.picture_id = ids.picture_id.value_or(0);
    entry.tl0_pic_idx = ids.tl0_pic_idx.value_or(0);
  }
  return entry;
}

void Consumer::send(Instant now, EgressEntry&& entry, bool completes_frame) {
  ++statistics_.packets_sent;
  statistics_.bytes_sent += entry.notes().payload_size;
  context_.egress.send_media(now, queue_, std::move(entry), completes_frame);
}

void Consumer::on_producer_paused(Instant now, bool paused) {
  selector_.set_source_paused(paused);
  if (!paused) resume(now);
}

void Consumer::on_gap(std::uint8_t encoding) {
  const auto& current = selector_.current();
  if (is_video() && current && current->encoding == encoding) selector_.stop();
}

void Consumer::set_paused(Instant now, bool paused) {
  if (selector_.is_paused() == paused) return;
  selector_.set_paused(paused);
  source_.on_wanted_changed();
  if (!paused) resume(now);
}

void Consumer::resume(Instant now) {
  choose_layer(now);
  if (is_video() && selector_.is_flowing()) want_target_key_frame(now);
}

void Consumer::on_transport_ready(Instant now) {
  source_.hold_for(repeat_window());
  if (is_video() && selector_.state() == LayerSelector::State::kWaiting) want_target_key_frame(now);
}

Duration Consumer::repeat_window() const {
  if (!stream_.has_rtx() || !queue_.can_send()) return {};
  const bool has_report = statistics_.rtt > Duration::zero();
  const Duration rtt = has_report ? statistics_.rtt : queue_.handshake_rtt;
  const Duration longest = context_.config.timing.history;
  return rtt > Duration::zero() ? std::min(sfu::repeat_window(rtt), longest) : longest;
}

void Consumer::set_preferred(Instant now, Layers layers, std::uint8_t priority) {
  priority_ = priority;
  selector_.set_preferred(layers);
  choose_layer(now);
}

void Consumer::describe_steps() {
  allotment_.is_wanted = selector_.is_wanted();
  const std::uint8_t usual = source_.is_screen() ? kScreenWeight : 1;
  allotment_.may_starve = statistics_.packets_sent > 0;
  allotment_.weight = priority_ != 0 ? priority_ : usual;
  LayerBps rates = source_.rates();
  if (!selector_.leaves_out_frames()) keep_whole(rates);
  allotment_.set_steps(rates, source_.alive(), source_.layers(), selector_.preferred());
}

void Consumer::take_allotment(Instant now) {
  allot(now, allotment_.layers());
  starve(now, allotment_.is_starved());
}

void Consumer::take_all(Instant now) {
  allot(now, kAllLayers);
  starve(now, false);
}

void Consumer::starve(Instant now, bool starved) {
  if (selector_.is_starved() == starved) return;
  selector_.set_starved(starved);
  source_.on_wanted_changed();
  if (!starved) resume(now);
}

void Consumer::allot(Instant now, Layers layers) {
  if (layers == selector_.allotted()) return;
  selector_.allot(layers);
  choose_layer(now);
}

control::LayerReason Consumer::reason(Instant now, cc::LinkState link) const {
  using Reason = control::LayerReason;
  if (source_.is_paused()) return Reason::kPublisherOff;
  if (selector_.is_paused()) return Reason::kClientWish;
  if (selector_.is_starved()) return Reason::kPausedEstimate;
  if (!selector_.is_break_over(now)) return Reason::kServerLimit;
  if (!selector_.current()) return Reason::kWaitingKeyFrame;
  if (is_layered() && !allotment_.is_highest()) {
    if (link == cc::LinkState::kDraining) return Reason::kDraining;
    return allotment_.waits_to_rise() ? Reason::kProbeWait : Reason::kEstimate;
  }
  if (selector_.state() == LayerSelector::State::kSwitching) return Reason::kWaitingKeyFrame;
  if (selector_.target() + 1 == source_.layers()) return Reason::kNone;
  return selector_.preferred().spatial <= selector_.target() ? Reason::kClientWish
                                                             : Reason::kPublisherLimited;
}

control::LayerStats Consumer::layer_stats(Instant now, cc::LinkState link) const {
  control::LayerStats out;
  out.reason = reason(now, link);
  if (const auto& current = selector_.current()) {
    out.current_spatial = static_cast<std::int8_t>(current->encoding);
    out.current_temporal = static_cast<std::int8_t>(selector_.temporal());
  }
  if (!selector_.is_flowing()) return out;
  out.target_spatial = static_cast<std::int8_t>(selector_.target());
  out.target_temporal = static_cast<std::int8_t>(selector_.most().temporal);
  if (is_layered()) out.allotted_bps = static_cast<std::uint32_t>(allotment_.cost_bps());
  return out;
}

bool Consumer::tell(Instant now, const control::LayerStats& stats) {
  // On its way to what it will be.
  if (stats.reason == control::LayerReason::kWaitingKeyFrame) return false;
  const control::LimitKind kind = control::limit_kind(stats.reason);
  const bool is_limited = kind != control::LimitKind::kNotOfLink;
  const bool differs = kind != control::limit_kind(told_.reason) ||
                       (is_limited && stats.current_spatial != told_.current_spatial);
  if (!differs || now - told_at_ < kTellInterval) return false;
  told_ = stats;
  told_at_ = now;
  return true;
}

EgressEntry Consumer::make_padding(const PacketRef& blank) {
  DCHECK(can_carry_padding());
  EgressEntry entry;
  entry.packet = blank;
  entry.stream = &stream_;
  entry.timestamp = timestamps_.newest();
  entry.is_rtx = true;
  entry.rtx_seq = next_rtx_seq_;
  next_rtx_seq_ = next_rtx_seq_ + 1;
  return entry;
}

void Consumer::choose_layer(Instant now) {
  if (!selector_.choose(source_.alive())) return;
  source_.on_wanted_changed();
  const LayerSelector::State state = selector_.state();
  const bool needs_key_frame =
      state == LayerSelector::State::kWaiting || state == LayerSelector::State::kSwitching;
  if (is_video() && needs_key_frame) want_target_key_frame(now);
}

void Consumer::request_key_frame(Instant now) {
  ++statistics_.plis_received;
  if (!is_video() || !selector_.is_flowing() || !selector_.is_break_over(now)) return;
  // What the receiver can not decode is what it is sent now, not what it may be sent next.
  const auto& current = selector_.current();
  want_key_frame(now, current ? current->encoding : selector_.target());
}

void Consumer::on_nack(Instant now, const rtcp::Nack& nack) {
  nack.for_each([&](rtp::SeqNo seq) {
    ++statistics_.nacks_received;
    ++context_.counters.nacks_in;
    auto entry = take_sent(now, seq);
    if (!entry) return context_.counters.refuse(entry.error());
    entry->is_rtx = true;
    entry->rtx_seq = next_rtx_seq_;
    next_rtx_seq_ = next_rtx_seq_ + 1;
    ++statistics_.packets_retransmitted;
    context_.egress.send_media(now, queue_, *std::move(entry), true);
  });
}

std::expected<EgressEntry, RepeatRefusal> Consumer::take_sent(Instant now, rtp::SeqNo seq) {
  if (context_.egress.is_backlogged(queue_, EgressClass::kVideo)) {
    return std::unexpected(RepeatRefusal::kBacklogged);
  }
  const std::int64_t sent_as = map_.unwrap(seq);
  std::optional<EgressEntry> entry = find_sent(now, seq, sent_as);
  if (!entry) return std::unexpected(RepeatRefusal::kNotHeld);
  // What the link could not carry it can not carry again, and what was begun instead needs none of
  // it.
  if (selector_.exceeds_link(map_.find(sent_as)->source)) {
    return std::unexpected(RepeatRefusal::kOverBudget);
  }
  switch (repeats_.ask(now, sent_as, repeat_after(), source_.held_span_max())) {
    case RepeatGuard::Verdict::kTooSoon:
      return std::unexpected(RepeatRefusal::kTooSoon);
    case RepeatGuard::Verdict::kTooOften:
      return std::unexpected(RepeatRefusal::kTooOften);
    case RepeatGuard::Verdict::kMay:
      break;
  }
  if (!queue_.repeats.take(now, entry_size(*entry), stream_.is_audio)) {
    return std::unexpected(RepeatRefusal::kOverBudget);
  }
  repeats_.note(now, sent_as);
  return *std::move(entry);
}

std::optional<EgressEntry> Consumer::find_sent(Instant now, rtp::SeqNo seq, std::int64_t sent_as) {
  if (!stream_.has_rtx()) return std::nullopt;
  const PacketMap::Span* span = map_.find(sent_as);
  if (span == nullptr) return std::nullopt;
  const PacketLog::Entry* held = source_.find_held(now, span->source, sent_as - span->seq_offset);
  // Of another codec than the receiver takes, it was no part of what went out.
  if (held == nullptr || held->payload_type != stream_.payload_type) return std::nullopt;
  EgressEntry entry;
  entry.packet = held->packet;
  entry.stream = &stream_;
  entry.seq = seq;
  entry.timestamp = held->timestamp + span->time_offset;
  const PictureIds ids = span->apply({held->picture_id, held->tl0_pic_idx},
                                     entry.notes().picture_ids.picture_id_is_long);
  entry.picture_id = *ids.picture_id;
  entry.tl0_pic_idx = *ids.tl0_pic_idx;
  return entry;
}

Duration Consumer::repeat_after() const {
  Duration rtt = statistics_.rtt;
  if (rtt == Duration::zero()) {
    // What the handshake took is no less than a round trip, but may be much more.
    const Duration handshake = queue_.handshake_rtt;
    rtt = handshake > Duration::zero() ? std::min(handshake, kRttDefault) : kRttDefault;
  }
  return std::max(kRepeatMin, rtt - std::min(rtt / 8, kRttSlackMax));
}

void Consumer::on_report(Duration rtt_or_zero, const rtp::ReportBlock& block) {
  if (rtt_or_zero > Duration::zero()) {
    statistics_.rtt = rtt_or_zero;
    source_.hold_for(repeat_window());
  }
  statistics_.fraction_lost = block.fraction_lost;
  context_.counters.links.down.add(block, timestamps_.clock_rate());
}

std::optional<rtcp::SenderInfo> Consumer::sender_info(Instant now) const {
  if (!timeline_ || statistics_.packets_sent == 0) return std::nullopt;
  const ReportClock& clock = source_.report_clock(timeline_->encoding);
  if (!clock.is_known()) return std::nullopt;
  const NtpTime ours = context_.config.wall.to_ntp(now);
  const NtpTime theirs = source_.participant_clock().to_theirs(ours);
  return rtcp::SenderInfo{.ntp = ours,
                          .rtp_time = timestamps_.peek(clock.to_rtp(theirs)),
                          .packets = static_cast<std::uint32_t>(statistics_.packets_sent),
                          .bytes = static_cast<std::uint32_t>(statistics_.bytes_sent)};
}

}  // namespace confab::sfu
