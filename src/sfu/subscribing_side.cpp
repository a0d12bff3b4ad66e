#include "sfu/subscribing_side.h"

#include <utility>

#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtcp/transport_feedback.h"
#include "sfu/rtcp_batch.h"

namespace confab::sfu {
namespace {

// A sender report without blocks (28), and the SDES around a CNAME (8 + 2, up to 4 of padding).
constexpr std::size_t kSenderReportBytes = 44;

}  // namespace

SubscribingSide::SubscribingSide(ShardContext& context, Participant& participant,
                                 ReceiverQueue& queue)
    : context_(context), participant_(participant), queue_(queue), ssrcs_(context.random) {
  queue_.rate = &rate_;
}

SubscribingSide::~SubscribingSide() = default;

Consumer& SubscribingSide::add(Source& source, const ConsumerSetup& setup) {
  auto consumer = std::make_unique<Consumer>(context_, queue_, source, setup);
  Consumer& added = *consumer;
  by_ssrc_[added.stream().ssrc] = &added;
  if (added.stream().has_rtx()) by_ssrc_[added.stream().rtx_ssrc] = &added;
  consumers_.emplace(setup.id, std::move(consumer));
  return added;
}

void SubscribingSide::remove(Consumer& consumer) {
  context_.egress.purge(queue_, consumer.stream());
  by_ssrc_.erase(consumer.stream().ssrc);
  by_ssrc_.erase(consumer.stream().rtx_ssrc);
  consumers_.erase(consumer.id());
}

void SubscribingSide::clear() {
  context_.egress.forget(queue_);
  queue_ = {};
  queue_.rate = &rate_;
  by_ssrc_.clear();
  consumers_.clear();
}

void SubscribingSide::on_ready(Instant now) {
  for (const auto& [id, consumer] : consumers_) consumer->on_transport_ready(now);
}

void SubscribingSide::expire_held(Instant now) {
  for (const auto& [id, consumer] : consumers_) consumer->source().expire_held(now);
}

// ---- from the receiver ----

void SubscribingSide::on_report_blocks(Instant now, const rtcp::ReportBlocks& blocks) {
  const NtpTime ntp = context_.config.wall.to_ntp(now);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const rtp::ReportBlock block = blocks[i];
    Consumer* consumer = find(block.ssrc);
    if (consumer == nullptr || block.ssrc != consumer->stream().ssrc) continue;
    const auto rtt = rtcp::round_trip(ntp, block.last_sr, block.delay_since_last_sr);
    if (rtt) {
      participant_.rtt = *rtt;
      rate_.on_rtt(now, *rtt);
    }
    if (!consumer->stream().is_audio) rate_.on_report_loss(now, block.fraction_lost / 256.0);
    consumer->on_report(rtt.value_or(Duration::zero()), block);
  }
}

void SubscribingSide::on_transport_feedback(Instant now, const rtcp::PacketView& packet) {
  if (packet.count_or_format == rtcp::kFormatTransportCc) {
    ++context_.counters.twcc_feedback_in;
    const auto feedback = rtcp::parse_transport_feedback(packet);
    if (!feedback) return context_.counters.drop(Drop::kRtcpMalformed);
    return rate_.on_feedback(now, *feedback);
  }
  const auto nack = rtcp::parse_nack(packet);
  if (!nack) return;
  if (Consumer* consumer = find(nack->media)) consumer->on_nack(now, *nack);
}

void SubscribingSide::on_payload_feedback(Instant now, const rtcp::PacketView& packet) {
  const auto request = [&](rtp::Ssrc ssrc) {
    Consumer* consumer = find(ssrc);
    if (consumer == nullptr) return;
    ++context_.counters.key_frame_requests_in;
    consumer->request_key_frame(now);
  };
  if (const auto pli = rtcp::parse_pli(packet)) {
    request(pli->media);
  } else if (const auto fir = rtcp::parse_fir(packet)) {
    for (std::size_t i = 0; i < fir->size(); ++i) request((*fir)[i].ssrc);
  } else if (const auto remb = rtcp::parse_remb(packet)) {
    rate_.on_remb(now, static_cast<double>(remb->bitrate_bps));
  }
}

Consumer* SubscribingSide::find(rtp::Ssrc ssrc) const {
  const auto it = by_ssrc_.find(ssrc);
  return it == by_ssrc_.end() ? nullptr : it->second;
}

// ---- to the receiver ----

void SubscribingSide::send_reports(Instant now, RtcpBatch& batch) {
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
