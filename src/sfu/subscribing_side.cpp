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

// How often what the link carries is shared out anew, where nothing calls for it sooner: while
// somebody is given less than everything, and while nobody is.
constexpr Duration kAllotInterval = 100ms;
constexpr Duration kAllotIntervalCalm = 500ms;
// A receiver that will report has done so by then; until then it is sent the lowest layers.
constexpr Duration kFirstReportMax = 500ms;
// Reports, and what else is not media.
constexpr double kMediaShare = 0.98;
// What repeats may take away from layers.
constexpr double kRepeatShareMax = 0.15;
// The rate wavers by less.
constexpr double kFallShare = 0.97;
// A packet of padding: nothing behind the fixed header.
constexpr std::size_t kBlankBytes = 12;

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
  if (source.kind() == ortc::MediaKind::kVideo) {
    video_.push_back(&added);
    allotments_.push_back(&added.allotment());
  }
  return added;
}

void SubscribingSide::remove(Consumer& consumer) {
  context_.egress.purge(queue_, consumer.stream());
  std::erase(video_, &consumer);
  std::erase(allotments_, &consumer.allotment());
  by_ssrc_.erase(consumer.stream().ssrc);
  by_ssrc_.erase(consumer.stream().rtx_ssrc);
  consumers_.erase(consumer.id());
}

void SubscribingSide::clear() {
  context_.egress.forget(queue_);
  queue_ = {};
  by_ssrc_.clear();
  video_.clear();
  allotments_.clear();
  consumers_.clear();
}

void SubscribingSide::on_ready(Instant now) {
  for (const auto& [id, consumer] : consumers_) consumer->on_transport_ready(now);
}

void SubscribingSide::on_path(Instant now, const Path& path) {
  if (path_ == path) return;
  rate_.set_path(path);
  // What was learned is not of this way; the first is no change.
  if (path_) rate_.on_route_change(now);
  path_ = path;
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
    // Its loss has in it what was lost before us; only where there is nothing better it counts.
    if (consumer->source().kind() == ortc::MediaKind::kVideo) {
      rate_.on_report_loss(now, block.fraction_lost / 256.0);
    }
    consumer->on_report(rtt.value_or(Duration::zero()), block);
  }
}

void SubscribingSide::on_transport_feedback(Instant now, const rtcp::PacketView& packet) {
  if (packet.count_or_format == rtcp::kFormatTransportCc) {
    ++context_.counters.twcc_feedback_in;
    if (const auto feedback = rtcp::parse_transport_feedback(packet)) {
      rate_.on_feedback(now, *feedback);
      follow_rate(now);
    }
    return;
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

Instant SubscribingSide::next_timeout() const {
  return std::min(rate_.next_timeout(), allot_at_);
}

void SubscribingSide::on_wish_changed(Instant now) {
  allot(now);
  wakeup_.schedule(allot_at_);
}

void SubscribingSide::follow_rate(Instant now) {
  const bool is_first = allotted_target_bps_ == 0;
  if (!video_.empty() && (is_first || rate_.target_bps() < kFallShare * allotted_target_bps_)) {
    allot(now);
  }
  if (rate_.is_probing()) context_.egress.wake(now, queue_);
}

double SubscribingSide::budget_bps(Instant now) const {
  if (rate_.update().audio_only) return 0;
  const double target = rate_.target_bps();
  const double repeats = std::min(rate_.repeat_bps(now), kRepeatShareMax * target);
  return std::max(0.0, (target - rate_.audio_bps(now) - repeats) * kMediaShare);
}

void SubscribingSide::allot(Instant now) {
  bool is_any_wanted = false;
  bool will_report = false;
  for (Consumer* consumer : video_) {
    consumer->describe_steps();
    is_any_wanted |= consumer->allotment().is_wanted;
    will_report |= consumer->stream().extensions[ortc::HeaderExtension::kTransportCc] != 0;
  }
  const bool is_early =
      will_report && (rate_.sent_since() == kNever || now - rate_.sent_since() < kFirstReportMax);
  Allocation::Result result;
  if (rate_.is_known()) {
    result = allocation_.allot(now, budget_bps(now), allotments_);
    allotted_target_bps_ = rate_.target_bps();
    tell_demand(now, result);
  } else if (is_early) {
    result = Allocation::give_least(budget_bps(now), allotments_);
    tell_demand(now, result);
  } else {
    result = Allocation::give_all(allotments_);
  }
  for (Consumer* consumer : video_) consumer->take_allotment(now);
  needed_bps_ = result.ideal_bps + rate_.audio_bps(now);
  tell_quality(now);
  const bool is_calm = result.next_step_bps == 0 && !is_early;
  allot_at_ = is_any_wanted ? now + (is_calm ? kAllotIntervalCalm : kAllotInterval) : kNever;
}

void SubscribingSide::tell_quality(Instant now) {
  for (Consumer* consumer : video_) {
    const control::LayerStats stats = consumer->layer_stats(now, rate_.update().state);
    if (!consumer->is_news(now, stats)) continue;
    context_.events.push_back(
        {meeting_, control::ConsumerQuality{consumer->id(), consumer->transport(), stats}});
  }
}

control::LinkStats SubscribingSide::link_stats(Instant now) const {
  control::LinkStats out;
  out.is_known = rate_.is_known();
  out.target_bps = static_cast<std::uint32_t>(rate_.target_bps());
  out.sent_bps = static_cast<std::uint32_t>(rate_.sent_bps(now));
  out.needed_bps = static_cast<std::uint32_t>(needed_bps_);
  out.network_queue_ms =
      static_cast<std::uint32_t>(std::max<std::int64_t>(0, to_ms(rate_.controller().queue())));
  for (const ReceiverQueue::Lane& lane : queue_.lanes) {
    out.server_queue_bytes += static_cast<std::uint32_t>(lane.bytes);
  }
  out.loss_permille = static_cast<std::uint16_t>(rate_.controller().loss() * 1000);
  out.state = cc::to_string(rate_.update().state);
  out.cause = cc::to_string(rate_.update().cause);
  return out;
}

void SubscribingSide::tell_demand(Instant now, const Allocation::Result& result) {
  const double other = rate_.audio_bps(now) + rate_.repeat_bps(now);
  const auto with_rest = [&](double media) { return media == 0 ? 0 : media / kMediaShare + other; };
  rate_.on_demand(now, {.now_bps = with_rest(result.now_bps),
                        .next_step_bps = with_rest(result.next_step_bps),
                        .ideal_bps = with_rest(result.ideal_bps)});
  if (rate_.is_probing()) context_.egress.wake(now, queue_);
}

// ---- to the receiver ----

std::optional<EgressEntry> SubscribingSide::make_padding() {
  if (!blank_) {
    blank_ = context_.pool.acquire(kBlankBytes);
    if (!blank_) return std::nullopt;
    blank_.resize(kBlankBytes);
    blank_.write_notes(PacketNotes{.payload_offset = kBlankBytes});
  }
  for (Consumer* consumer : video_) {
    if (auto entry = consumer->make_padding(blank_)) return entry;
  }
  return std::nullopt;
}

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
