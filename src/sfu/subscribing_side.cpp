#include "sfu/subscribing_side.h"

#include <algorithm>
#include <utility>

#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtcp/transport_feedback.h"
#include "sfu/rtcp_batch.h"

namespace confab::sfu {
namespace {

// A sender report without blocks (28), and the SDES around a CNAME (8 + 2, up to 4 of padding).
constexpr std::size_t kSenderReportBytes = 44;

// RTCP, SCTP and what else there is.
constexpr double kMediaShare = 0.98;
constexpr Duration kAllotInterval = 100ms;
// Where nothing is left to be given.
constexpr Duration kAllotIntervalCalm = 500ms;
// Who joins a large meeting consumes hundreds of tracks in a moment.
constexpr Duration kWishesTogether = 5ms;
// A fall of the target is followed at once.
constexpr double kFallShare = 0.95;
// Who has not reported anything of what it was sent by then does not report.
constexpr Duration kFirstReportMax = 2s;
constexpr std::uint16_t kBlankBytes = 12;

std::uint32_t to_bps(double rate) {
  return static_cast<std::uint32_t>(std::clamp(rate, 0.0, 4e9));
}

}  // namespace

SubscribingSide::SubscribingSide(ShardContext& context, const MeetingId& meeting,
                                 Participant& participant, ReceiverQueue& queue, Wakeup& wakeup)
    : context_(context),
      meeting_(meeting),
      participant_(participant),
      queue_(queue),
      wakeup_(wakeup),
      ssrcs_(context.random) {
  queue_.rate = &rate_;
  queue_.padding = this;
}

SubscribingSide::~SubscribingSide() = default;

Consumer& SubscribingSide::add(Source& source, const ConsumerSetup& setup) {
  auto consumer = std::make_unique<Consumer>(context_, queue_, source, setup);
  Consumer& added = *consumer;
  by_ssrc_[added.stream().ssrc] = &added;
  if (added.stream().has_rtx()) by_ssrc_[added.stream().rtx_ssrc] = &added;
  consumers_.emplace(setup.id, std::move(consumer));
  if (added.is_layered()) {
    layered_.push_back(&added);
    allotments_.push_back(&added.allotment());
  }
  return added;
}

void SubscribingSide::remove(Consumer& consumer) {
  context_.egress.purge(queue_, consumer.stream());
  std::erase(layered_, &consumer);
  std::erase(allotments_, &consumer.allotment());
  by_ssrc_.erase(consumer.stream().ssrc);
  by_ssrc_.erase(consumer.stream().rtx_ssrc);
  consumers_.erase(consumer.id());
}

void SubscribingSide::clear() {
  context_.egress.forget(queue_);
  queue_ = {};
  queue_.rate = &rate_;
  queue_.padding = this;
  layered_.clear();
  allotments_.clear();
  share_ = {};
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
      context_.counters.links.add_rtt(*rtt);
      rate_.on_rtt(now, *rtt);
    }
    if (!consumer->stream().is_audio) rate_.on_report_loss(now, block.fraction_lost / 256.0);
    consumer->on_report(rtt.value_or(Duration::zero()), block);
  }
}

void SubscribingSide::on_transport_feedback(Instant now, const rtcp::PacketView& packet) {
  if (packet.count_or_format == rtcp::kFormatTransportCc) {
    ++context_.counters.twcc_feedback_in;
    if (!feedback_.take(now)) return context_.counters.drop(Drop::kFeedbackTooOften);
    const auto feedback = rtcp::parse_transport_feedback(packet);
    if (!feedback) return context_.counters.drop(Drop::kRtcpMalformed);
    const bool is_first = !rate_.is_known();
    rate_.on_feedback(now, *feedback);
    if (is_first) allot(now);
    return follow_rate(now);
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
    follow_rate(now);
  }
}

Consumer* SubscribingSide::find(rtp::Ssrc ssrc) const {
  const auto it = by_ssrc_.find(ssrc);
  return it == by_ssrc_.end() ? nullptr : it->second;
}

// ---- what the link carries ----

void SubscribingSide::handle_timeout(Instant now) {
  if (rate_.next_timeout() <= now) {
    rate_.handle_timeout(now);
    follow_rate(now);
  }
  if (allot_at_ <= now) allot(now);
  if (!rate_.is_probing()) blank_ = {};
}

void SubscribingSide::on_wish_changed(Instant now) {
  if (!layered_.empty()) allot_at_ = std::min(allot_at_, now + kWishesTogether);
  if (allot_at_ != kNever) wakeup_.schedule(allot_at_);
}

void SubscribingSide::follow_rate(Instant now) {
  if (!layered_.empty() && rate_.target_bps() < kFallShare * allotted_bps_) allot(now);
  if (rate_.is_probing()) context_.egress.begin_probe(now, queue_);
}

double SubscribingSide::budget_bps(Instant now) const {
  const double target = rate_.controller().target_bps();
  return std::max(0.0, (target - rate_.other_bps(now)) * kMediaShare);
}

bool SubscribingSide::may_report_yet(Instant now) const {
  const bool can =
      std::ranges::any_of(layered_, [](const Consumer* c) { return c->is_numbered(); });
  return can && (rate_.sent_since() == kNever || now - rate_.sent_since() < kFirstReportMax);
}

// What a higher layer needs is tried out by repeats and padding, which go by RTX.
bool SubscribingSide::can_be_probed() const {
  return std::ranges::any_of(layered_, [](const Consumer* c) { return c->stream().has_rtx(); });
}

void SubscribingSide::allot(Instant now) {
  if (layered_.empty()) {
    share_ = {};
    allot_at_ = kNever;
    return;
  }
  for (Consumer* consumer : layered_) {
    consumer->describe_steps();
    // What is not measured takes nothing away from anybody.
    consumer->allotment().may_starve &= rate_.is_known();
  }
  // Who can not be probed would never come up from the lowest layer.
  if (!can_be_probed() || (!rate_.is_known() && !may_report_yet(now))) {
    Allocation::give_all(now, allotments_);
    for (Consumer* consumer : layered_) consumer->take_all(now);
    tell_quality(now);
    allot_at_ = now + kAllotIntervalCalm;
    return;
  }
  allotted_bps_ = rate_.controller().target_bps();
  const Allocation::Result result = allocation_.allot(now, budget_bps(now), allotments_);
  for (Consumer* consumer : layered_) consumer->take_allotment(now);
  tell_demand(now, result);
  tell_quality(now);
  const bool is_calm = rate_.is_known() && result.next_step_bps == 0;
  allot_at_ = now + (is_calm ? kAllotIntervalCalm : kAllotInterval);
}

void SubscribingSide::tell_quality(Instant now) {
  share_ = {};
  if (rate_.is_known()) {
    share_.target_bps = rate_.target_bps();
    share_.sent_bps = rate_.sent_bps(now);
  }
  for (Consumer* consumer : layered_) {
    const auto& current = consumer->layers().current();
    ++share_.by_stream[current ? current->encoding : share_.by_stream.size() - 1];
    const control::LayerStats stats = consumer->layer_stats(now, rate_.update().state);
    if (!consumer->tell(now, stats)) continue;
    context_.events.push_back(
        {meeting_, control::ConsumerQuality{consumer->id(), consumer->transport(), stats}});
  }
}

void SubscribingSide::tell_demand(Instant now, const Allocation::Result& result) {
  // Before anything was sent there is no stream that a probe could go on.
  const auto can_probe = [](const Consumer* c) { return c->can_carry_padding(); };
  if (!std::ranges::any_of(layered_, can_probe)) return;
  const double other = rate_.other_bps(now);
  const auto with_rest = [&](double bps) { return bps == 0 ? 0 : bps / kMediaShare + other; };
  rate_.on_demand(now, {.now_bps = with_rest(result.now_bps),
                        .next_step_bps = with_rest(result.next_step_bps),
                        .ideal_bps = with_rest(result.ideal_bps)});
  if (rate_.is_probing()) context_.egress.begin_probe(now, queue_);
}

std::optional<EgressEntry> SubscribingSide::make_padding() {
  if (!blank_) {
    blank_ = context_.pool.acquire(kBlankBytes);
    if (!blank_) return std::nullopt;
    blank_.resize(kBlankBytes);
    blank_.write_notes(PacketNotes{.payload_offset = kBlankBytes});
  }
  for (Consumer* consumer : layered_) {
    if (consumer->can_carry_padding()) return consumer->make_padding(blank_);
  }
  return std::nullopt;
}

control::LinkStats SubscribingSide::link_stats(Instant now) const {
  const cc::CongestionController& controller = rate_.controller();
  control::LinkStats out;
  out.is_known = rate_.is_known();
  out.target_bps = to_bps(rate_.target_bps());
  out.sent_bps = to_bps(rate_.sent_bps(now));
  out.network_queue_ms =
      static_cast<std::uint32_t>(std::max<std::int64_t>(0, to_ms(controller.queue())));
  out.server_queue_packets = static_cast<std::uint32_t>(queue_.size());
  out.loss_permille = static_cast<std::uint16_t>(controller.loss() * 1000);
  out.state = cc::to_string(rate_.update().state);
  out.cause = cc::to_string(rate_.update().cause);
  return out;
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
