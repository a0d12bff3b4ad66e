// What clients say by RTCP: reports, and requests to repeat packets or to send a key frame.
#include "sfu/webrtc_transport.h"

namespace confab::sfu {

void WebRtcTransport::handle_rtcp(Instant now, const Path& path, PacketRef packet) {
  if (!srtp_) return context_.counters.drop(Drop::kSrtpNotReady);
  ++packets_received_;
  bytes_received_ += packet.size();
  const auto size = srtp_->receiver().unprotect_rtcp(packet.mutable_view());
  if (!size) return context_.counters.drop(Drop::kSrtcpRefused);
  note_authentic(now, path);
  packet.resize(*size);
  rtcp::CompoundReader reader(packet.view());
  while (const auto part = reader.next()) on_rtcp_packet(now, *part);
  if (reader.is_malformed()) context_.counters.drop(Drop::kRtcpMalformed);
  arm();
}

void WebRtcTransport::on_rtcp_packet(Instant now, const rtcp::PacketView& packet) {
  switch (packet.type) {
    case rtcp::PacketType::kSenderReport:
      if (const auto report = rtcp::parse_sender_report(packet)) on_sender_report(now, *report);
      break;
    case rtcp::PacketType::kReceiverReport:
      if (const auto report = rtcp::parse_receiver_report(packet)) {
        on_report_blocks(now, report->blocks);
      }
      break;
    case rtcp::PacketType::kTransportFeedback:
      on_transport_feedback(now, packet);
      break;
    case rtcp::PacketType::kPayloadFeedback:
      on_payload_feedback(now, packet);
      break;
    // The CNAME came by signaling; a stream's end shows in its silence; nobody was asked for
    // extended reports.
    case rtcp::PacketType::kSourceDescription:
    case rtcp::PacketType::kBye:
    case rtcp::PacketType::kApp:
    case rtcp::PacketType::kExtendedReport:
      break;
  }
}

void WebRtcTransport::on_sender_report(Instant now, const rtcp::SenderReport& report) {
  const StreamRoute* route = demux_.find(report.sender);
  if (route != nullptr && !route->is_rtx) {
    const NtpTime ours = context_.config.wall.to_ntp(now);
    if (report.has_wall_clock() && participant_.clock.on_sender_report(report.info.ntp, ours)) {
      for (const auto& producer : producers_) {
        if (producer) producer->on_clock_changed();
      }
    }
    // RFC 3550 §6.4.1: zero says that the sender has no wall clock. Its report is then of the
    // moment at which it came, which is wrong by the network's jitter and not by the time between
    // two reports.
    const NtpTime sent_at =
        report.has_wall_clock() ? report.info.ntp : participant_.clock.to_theirs(ours);
    producers_[route->producer]->on_sender_report(now, route->encoding, report.info, sent_at);
  }
  on_report_blocks(now, report.blocks);
}

void WebRtcTransport::on_report_blocks(Instant now, const rtcp::ReportBlocks& blocks) {
  const NtpTime ntp = context_.config.wall.to_ntp(now);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const rtp::ReportBlock block = blocks[i];
    Consumer* consumer = find_consumer(block.ssrc);
    if (consumer == nullptr || block.ssrc != consumer->stream().ssrc) continue;
    const auto rtt = rtcp::round_trip(ntp, block.last_sr, block.delay_since_last_sr);
    if (rtt) participant_.rtt = *rtt;
    consumer->on_report(rtt.value_or(Duration::zero()), block);
  }
}

void WebRtcTransport::on_transport_feedback(Instant now, const rtcp::PacketView& packet) {
  if (packet.count_or_format == rtcp::kFormatTransportCc) {
    ++context_.counters.twcc_feedback_in;
    return;
  }
  const auto nack = rtcp::parse_nack(packet);
  if (!nack) return;
  if (Consumer* consumer = find_consumer(nack->media)) consumer->on_nack(now, *nack);
}

void WebRtcTransport::on_payload_feedback(Instant now, const rtcp::PacketView& packet) {
  const auto request = [&](rtp::Ssrc ssrc) {
    Consumer* consumer = find_consumer(ssrc);
    if (consumer == nullptr) return;
    ++context_.counters.key_frame_requests_in;
    consumer->request_key_frame(now);
  };
  if (const auto pli = rtcp::parse_pli(packet)) {
    request(pli->media);
  } else if (const auto fir = rtcp::parse_fir(packet)) {
    for (std::size_t i = 0; i < fir->size(); ++i) request((*fir)[i].ssrc);
  }
}

Consumer* WebRtcTransport::find_consumer(rtp::Ssrc ssrc) const {
  const auto it = consumers_by_ssrc_.find(ssrc);
  return it == consumers_by_ssrc_.end() ? nullptr : it->second;
}

}  // namespace confab::sfu
