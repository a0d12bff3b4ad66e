#include "client/rtp_sender.h"

#include <optional>
#include <utility>

#include "rtc/rtp/extensions.h"

namespace confab::client {
namespace {

// Loud enough to be a speaker.
constexpr rtp::AudioLevelValue kTalking{.level_dbov = -20, .is_voice = true};

std::int64_t to_rtp_units(Duration d, std::uint32_t clock_rate) {
  // Rates are whole kilohertz, so nothing is lost and nothing overflows for a year.
  return to_us(d) * (clock_rate / 1000) / 1000;
}

}  // namespace

RtpSender::RtpSender(StreamConfig config, Random& random)
    : config_(std::move(config)),
      // RFC 3550 §5.1: random starts, below 2^15 so that SRTP's rollover count has time to settle
      // (RFC 3711 §3.3.1).
      next_seq_{static_cast<std::uint16_t>(random.between(0, 0x7FFF))},
      next_rtx_seq_{static_cast<std::uint16_t>(random.between(0, 0x7FFF))},
      first_timestamp_{random.u32()},
      history_(config_.rtx_ssrc.value != 0 ? kHistory : 0) {}

rtp::ExtensionSet RtpSender::extensions(Instant now, bool is_rtx, const SyntheticPayload& payload,
                                        SendContext& context) const {
  rtp::ExtensionSet set;
  const ExtensionIds& ids = config_.extensions;
  if (ids.mid != 0) set.add(ids.mid, as_bytes(config_.mid));
  const std::uint8_t rid_id = is_rtx ? ids.repaired_rid : ids.rid;
  if (!config_.rid.empty() && rid_id != 0) set.add(rid_id, as_bytes(config_.rid));
  if (ids.abs_send_time != 0) set.add(ids.abs_send_time, rtp::encode_abs_send_time(now));
  if (ids.transport_cc != 0) {
    set.add(ids.transport_cc, rtp::encode_transport_seq(context.transport_seq++));
  }
  if (ids.audio_level != 0 && !payload.is_video) {
    set.add(ids.audio_level, rtp::encode_audio_level(kTalking));
  }
  return set;
}

bool RtpSender::transmit(Instant now, const Sent& packet, bool is_rtx, SendContext& context) {
  const MutableBytes slot = context.out.begin();
  if (slot.empty()) {
    ++context.stats.counters.drop_no_room;
    return false;
  }
  std::array<std::uint8_t, DatagramBatch::kSlotBytes> payload;
  if (!write_payload(payload, packet.payload)) return false;
  const ByteView content = ByteView(payload).first(packet.payload.size);
  const rtp::ExtensionSet set = extensions(now, is_rtx, packet.payload, context);
  rtp::RtpHeader header{.marker = packet.marker,
                        .payload_type = config_.payload_type,
                        .seq = packet.seq,
                        .timestamp = packet.timestamp,
                        .ssrc = config_.ssrc};
  auto written = [&] {
    if (!is_rtx) return rtp::write_rtp_packet(slot, header, set, content);
    header.payload_type = config_.rtx_payload_type;
    header.ssrc = config_.rtx_ssrc;
    header.seq = std::exchange(next_rtx_seq_, next_rtx_seq_ + 1);
    return rtp::write_rtx_packet(slot, header, set, packet.seq, content);
  }();
  if (!written) return false;
  const auto size = context.srtp.protect_rtp(slot, written->size);
  if (!size) {
    ++context.stats.counters.drop_srtp;
    return false;
  }
  context.out.commit(*size);
  ++context.stats.counters.packets_sent;
  context.stats.counters.bytes_sent += *size;
  return true;
}

void RtpSender::send(Instant now, const SyntheticPayload& payload, Duration rtp_elapsed,
                     bool marker, SendContext& context) {
  const Sent packet{.payload = payload,
                    .timestamp = first_timestamp_ + to_rtp_units(rtp_elapsed, config_.clock_rate),
                    .seq = std::exchange(next_seq_, next_seq_ + 1),
                    .marker = marker,
                    .is_used = true};
  if (!history_.empty()) history_[packet.seq.value % kHistory] = packet;
  if (!transmit(now, packet, false, context)) return;
  last_sent_at_ = now;
  last_timestamp_ = packet.timestamp;
  ++packets_;
  payload_bytes_ += payload.size;
}

void RtpSender::retransmit(Instant now, rtp::SeqNo seq, SendContext& context) {
  if (history_.empty()) return;
  const Sent& packet = history_[seq.value % kHistory];
  if (!packet.is_used || packet.seq != seq) return;
  if (transmit(now, packet, true, context)) ++context.stats.counters.packets_retransmitted;
}

std::optional<rtcp::SenderInfo> RtpSender::sender_info(Instant now, const WallMap& wall) const {
  if (packets_ == 0) return std::nullopt;
  return rtcp::SenderInfo{
      .ntp = wall.to_ntp(now),
      .rtp_time = last_timestamp_ + to_rtp_units(now - last_sent_at_, config_.clock_rate),
      .packets = packets_,
      .bytes = payload_bytes_};
}

}  // namespace confab::client
