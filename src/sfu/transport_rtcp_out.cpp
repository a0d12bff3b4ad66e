// What is owed to clients by RTCP. To publishers: NACK, PLI, transport-wide feedback, receiver
// reports. To receivers: sender reports.
#include <array>

#include "sfu/rtcp_batch.h"
#include "sfu/webrtc_transport.h"

namespace confab::sfu {
namespace {

// A stream's feedback at most: 64 NACK entries that share nothing (12 + 64 * 4), and a FIR (20).
constexpr std::size_t kStreamFeedbackBytes = 288;
// A sender report without blocks (28), and the SDES around a CNAME (8 + 2, up to 4 of padding).
constexpr std::size_t kSenderReportBytes = 44;

}  // namespace

void WebRtcTransport::send_feedback(Instant now) {
  RtcpBatch batch(context_, *queue_.path, srtp_->sender());
  for (const auto& producer : producers_) {
    if (!producer) continue;
    for (ProducerStream& stream : producer->streams()) {
      if (stream.next_feedback() > now) continue;
      batch.add([&](rtcp::CompoundWriter& writer, std::size_t room) {
        if (room < kStreamFeedbackBytes) return false;
        const auto written = stream.write_feedback(now, rtcp_ssrc_, writer);
        context_.counters.nacks_out += written.nacks;
        context_.counters.key_frame_requests_out += written.key_frame_requests;
        return true;
      });
    }
  }
}

void WebRtcTransport::send_twcc(Instant now) {
  if (!twcc_ || twcc_->next_timeout() > now) return;
  RtcpBatch batch(context_, *queue_.path, srtp_->sender());
  // Any SSRC of the peer's will do; it is not looked at.
  rtp::Ssrc media;
  for (const auto& producer : producers_) {
    if (producer && producer->streams().front().ssrc()) media = *producer->streams().front().ssrc();
  }
  std::array<std::uint8_t, 1200> bytes;
  while (const std::size_t size = twcc_->poll(now, bytes, rtcp_ssrc_, media)) {
    batch.add([&](rtcp::CompoundWriter& writer, std::size_t) {
      return writer.append(ByteView(bytes).first(size));
    });
    ++context_.counters.twcc_feedback_out;
  }
}

void WebRtcTransport::send_reports(Instant now) {
  RtcpBatch batch(context_, *queue_.path, srtp_->sender());
  report_producers(now, batch);
  report_consumers(now, batch);
}

void WebRtcTransport::report_producers(Instant now, RtcpBatch& batch) {
  for (const auto& producer : producers_) {
    if (!producer) continue;
    for (ProducerStream& stream : producer->streams()) {
      if (participant_.rtt > Duration::zero()) stream.set_rtt(participant_.rtt);
      const auto block = stream.make_report(now);
      if (!block) continue;
      batch.add([&](rtcp::CompoundWriter& writer, std::size_t) {
        return writer.receiver_report(rtcp_ssrc_, std::span(&*block, 1));
      });
      ++context_.counters.receiver_reports_out;
      if (!producer->wants_remb()) continue;
      batch.add([&](rtcp::CompoundWriter& writer, std::size_t) {
        return writer.remb(rtcp_ssrc_, context_.config.remb_bps, std::array{*stream.ssrc()});
      });
    }
  }
}

void WebRtcTransport::report_consumers(Instant now, RtcpBatch& batch) {
  for (const auto& [id, consumer] : consumers_) {
    const auto info = consumer->sender_info(now);
    if (!info) continue;
    const rtp::Ssrc ssrc = consumer->stream().ssrc;
    const std::string& cname = consumer->source().consumable().rtcp.cname;
    batch.add([&](rtcp::CompoundWriter& writer, std::size_t room) {
      if (room < kSenderReportBytes + cname.size()) return false;
      return writer.sender_report(ssrc, *info, {}) && writer.source_description(ssrc, cname);
    });
    ++context_.counters.sender_reports_out;
  }
}

}  // namespace confab::sfu
