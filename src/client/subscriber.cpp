#include "client/subscriber.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "client/synthetic_payload.h"
#include "rtc/rtcp/transport_feedback.h"
#include "rtc/rtp/extensions.h"
#include "rtc/rtp/packet_writer.h"

namespace confab::client {
namespace {

constexpr Duration kReportInterval = 1s;
constexpr Duration kKeyFrameInterval = 500ms;
constexpr std::size_t kReportBlocksMax = 31;  // RFC 3550 §6.4: five bits count them

// Header and extensions of a packet that is still encrypted: the length of its padding is not to be
// read yet, so it is parsed as if there were none.
std::optional<rtp::RtpPacketView> parse_protected(MutableBytes datagram) {
  constexpr std::uint8_t kPaddingBit = 0x20;
  if (datagram.empty()) return std::nullopt;
  const std::uint8_t first = datagram[0];
  datagram[0] = static_cast<std::uint8_t>(first & ~kPaddingBit);
  const auto packet = rtp::RtpPacketView::parse(datagram);
  datagram[0] = first;
  return packet ? std::optional(*packet) : std::nullopt;
}

}  // namespace

struct Subscriber::Stream {
  explicit Stream(const ReceiveConfig& c)
      : config(c), statistics(c.ssrc, c.clock_rate), nack({.has_key_frames = c.is_video}) {}

  ReceiveConfig config;
  SequenceTracker sequence;
  rtp::ReceiveStatistics statistics;
  rtp::NackGenerator nack;
  bool wants_key_frame = false;
  Instant key_frame_asked_at{};
};

Subscriber::Subscriber(rtp::Ssrc own_ssrc, std::uint32_t verify_one_in)
    : own_ssrc_(own_ssrc), verify_one_in_(std::max(verify_one_in, 1U)) {}

Subscriber::~Subscriber() = default;

void Subscriber::add(Instant now, const ReceiveConfig& config) {
  remove(config.ssrc);
  Stream& stream = *streams_.emplace_back(std::make_unique<Stream>(config));
  routes_[config.ssrc] = {&stream, false};
  if (config.rtx_ssrc.value != 0) routes_[config.rtx_ssrc] = {&stream, true};
  if (config.transport_cc_extension != 0) twcc_media_ = config.ssrc;
  if (config.is_video) {
    stream.wants_key_frame = true;
    stream.key_frame_asked_at = now - kKeyFrameInterval;
    ask_due_ = now;
  }
  if (report_due_ == kNever) report_due_ = now + kReportInterval;
}

void Subscriber::remove(rtp::Ssrc ssrc) {
  const auto at = std::ranges::find_if(
      streams_, [&](const auto& stream) { return stream->config.ssrc == ssrc; });
  if (at == streams_.end()) return;
  std::erase_if(routes_, [&](const auto& route) { return route.second.stream == at->get(); });
  streams_.erase(at);
}

Instant Subscriber::next_timeout() const {
  return std::min({ask_due_, report_due_, twcc_.next_timeout()});
}

void Subscriber::handle_rtp(Instant now, MutableBytes datagram, ReceiveContext& context) {
  Counters& counters = context.stats.counters;
  const auto packet = parse_protected(datagram);
  if (!packet) {
    ++counters.drop_malformed;
    return;
  }
  const auto route = routes_.find(packet->ssrc());
  if (route == routes_.end()) {
    ++counters.drop_unknown_ssrc;
    return;
  }
  Stream& stream = *route->second.stream;
  ++counters.packets_received;
  counters.bytes_received += datagram.size();
  if (stream.config.transport_cc_extension != 0) {
    if (const auto value = packet->extension(stream.config.transport_cc_extension)) {
      if (const auto seq = rtp::parse_transport_seq(*value)) twcc_.on_packet(now, *seq);
    }
  }
  if (route->second.is_rtx) {
    handle_rtx(now, stream, datagram, context);
  } else {
    handle_media(now, stream, *packet, datagram, context);
  }
}

void Subscriber::handle_media(Instant now, Stream& stream, const rtp::RtpPacketView& packet,
                              MutableBytes datagram, ReceiveContext& context) {
  if (const auto since = std::exchange(stream.config.missed_since, std::nullopt)) {
    context.stats.recovery.add(now - *since);
  }
  stream.statistics.on_packet(now, packet.seq(), packet.timestamp(), datagram.size());
  count(now, stream, packet.seq(), false, context.stats.counters);
  if (--until_verify_ == 0) {
    until_verify_ = verify_one_in_;
    verify(now, stream, datagram, context);
  }
}

void Subscriber::handle_rtx(Instant now, Stream& stream, MutableBytes datagram,
                            ReceiveContext& context) {
  const auto size = context.srtp.receiver().unprotect_rtp(datagram);
  if (!size) {
    ++context.stats.counters.drop_srtp;
    return;
  }
  const MutableBytes plain = datagram.first(*size);
  // Bandwidth probes are RTX packets that repeat nothing: counted as received, and that is all.
  if (!rtp::unwrap_rtx(plain, stream.config.ssrc, stream.config.payload_type)) return;
  stream.statistics.on_repaired();
  count(now, stream, {load_be16(&plain[2])}, true, context.stats.counters);
}

void Subscriber::count(Instant now, Stream& stream, rtp::SeqNo seq, bool is_repair,
                       Counters& counters) {
  using Kind = SequenceTracker::Step::Kind;
  const SequenceTracker::Step step = stream.sequence.on_packet(seq);
  switch (step.kind) {
    case Kind::kNext:
      counters.packets_missing += step.left_out;
      break;
    case Kind::kLate:
      ++(is_repair ? counters.packets_repaired : counters.packets_late);
      break;
    case Kind::kDuplicate:
      ++counters.packets_duplicate;
      return;
  }
  if (stream.config.rtx_ssrc.value == 0) return;
  stream.nack.on_packet(now, seq, false);
  ask_due_ = std::min(ask_due_, stream.nack.next_timeout());
}

void Subscriber::verify(Instant now, const Stream& stream, MutableBytes datagram,
                        ReceiveContext& context) {
  Stats& stats = context.stats;
  const auto size = context.srtp.receiver().unprotect_rtp(datagram);
  if (!size) {
    ++stats.counters.drop_srtp;
    return;
  }
  const auto packet = rtp::RtpPacketView::parse(datagram.first(*size));
  const auto stamp = packet ? read_stamp(packet->payload()) : std::nullopt;
  if (!stamp) {
    ++stats.counters.drop_unstamped;
    return;
  }
  ++stats.counters.packets_verified;
  (stream.config.is_video ? stats.video_delay : stats.audio_delay).add(now - *stamp);
}

void Subscriber::handle_rtcp(Instant now, const rtcp::PacketView& packet) {
  const auto report = rtcp::parse_sender_report(packet);
  if (!report) return;
  const auto route = routes_.find(report->sender);
  if (route == routes_.end() || route->second.is_rtx) return;
  route->second.stream->statistics.on_sender_report(now, report->info.ntp);
}

void Subscriber::handle_timeout(Instant now, ReceiveContext& context) {
  if (ask_due_ <= now) ask_again(now, context);
  if (report_due_ <= now) {
    send_receiver_reports(now, context);
    report_due_ = now + kReportInterval;
  }
  if (twcc_.next_timeout() <= now) send_transport_feedback(now, context);
}

template <typename Write>
bool Subscriber::send_rtcp(ReceiveContext& context, Write&& write) {
  const MutableBytes slot = context.out.begin();
  if (slot.empty()) {
    ++context.stats.counters.drop_no_room;
    return false;
  }
  rtcp::CompoundWriter writer(slot.first(slot.size() - srtp::kRtcpOverheadMax));
  write(writer);
  if (writer.empty()) return false;
  const auto size = context.srtp.sender().protect_rtcp(slot, writer.size());
  if (!size) {
    ++context.stats.counters.drop_srtp;
    return false;
  }
  context.out.commit(*size);
  return true;
}

void Subscriber::ask_again(Instant now, ReceiveContext& context) {
  std::array<rtp::SeqNo, 128> missing;
  ask_due_ = kNever;
  for (const auto& stream : streams_) {
    if (context.round_trip > Duration::zero()) stream->nack.set_rtt(context.round_trip);
    if (stream->nack.next_timeout() <= now) {
      while (const std::size_t n = stream->nack.poll(now, missing)) {
        ask_for(*stream, std::span(missing).first(n), context);
        if (n < missing.size()) break;
      }
    }
    if (stream->nack.take_key_frame_request()) stream->wants_key_frame = true;
    if (stream->wants_key_frame) ask_key_frame(now, *stream, context);
    ask_due_ = std::min(ask_due_, stream->nack.next_timeout());
    if (stream->wants_key_frame) {
      ask_due_ = std::min(ask_due_, stream->key_frame_asked_at + kKeyFrameInterval);
    }
  }
}

void Subscriber::ask_for(Stream& stream, std::span<const rtp::SeqNo> missing,
                         ReceiveContext& context) {
  while (!missing.empty()) {
    std::size_t taken = 0;
    const bool sent = send_rtcp(context, [&](rtcp::CompoundWriter& writer) {
      taken = writer.nack(own_ssrc_, stream.config.ssrc, missing);
    });
    if (!sent || taken == 0) return;
    ++context.stats.counters.nacks_sent;
    missing = missing.subspan(taken);
  }
}

void Subscriber::ask_key_frame(Instant now, Stream& stream, ReceiveContext& context) {
  if (now - stream.key_frame_asked_at < kKeyFrameInterval) return;
  stream.key_frame_asked_at = now;
  stream.wants_key_frame = false;
  const bool sent = send_rtcp(
      context, [&](rtcp::CompoundWriter& writer) { writer.pli(own_ssrc_, stream.config.ssrc); });
  if (sent) ++context.stats.counters.plis_sent;
}

void Subscriber::send_receiver_reports(Instant now, ReceiveContext& context) {
  std::array<rtp::ReportBlock, kReportBlocksMax> blocks;
  std::size_t count = 0;
  const auto flush = [&] {
    if (count == 0) return;
    send_rtcp(context, [&](rtcp::CompoundWriter& writer) {
      writer.receiver_report(own_ssrc_, std::span(blocks).first(count));
    });
    count = 0;
  };
  for (const auto& stream : streams_) {
    const auto report = stream->statistics.make_report(now);
    if (!report) continue;
    blocks[count++] = *report;
    if (count == blocks.size()) flush();
  }
  flush();
}

void Subscriber::send_transport_feedback(Instant now, ReceiveContext& context) {
  std::array<std::uint8_t, rtcp::TransportFeedbackBuilder::kBytesMax> feedback;
  while (const std::size_t size = twcc_.poll(now, feedback, own_ssrc_, twcc_media_)) {
    send_rtcp(context,
              [&](rtcp::CompoundWriter& writer) { writer.append(ByteView(feedback).first(size)); });
  }
}

}  // namespace confab::client
