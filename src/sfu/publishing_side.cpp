#include "sfu/publishing_side.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/check.h"
#include "rtc/rtp/extensions.h"
#include "sfu/router.h"
#include "sfu/rtcp_batch.h"

namespace confab::sfu {
namespace {

// A stream's feedback at most: 64 NACK entries that share nothing (12 + 64 * 4), and a FIR (20).
constexpr std::size_t kStreamFeedbackBytes = 288;

}  // namespace

PublishingSide::PublishingSide(ShardContext& context, Router& router, Participant& participant,
                               Wakeup& wakeup)
    : context_(context),
      router_(router),
      participant_(participant),
      wakeup_(wakeup),
      rtcp_ssrc_{context.random.u32()} {}

PublishingSide::~PublishingSide() = default;

// ---- producers ----

std::size_t PublishingSide::producer_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(producers_, [](const auto& p) { return p != nullptr; }));
}

ProducerSlot PublishingSide::free_slot() const {
  const auto it = std::ranges::find_if(producers_, [](const auto& p) { return !p; });
  return static_cast<ProducerSlot>(it - producers_.begin());
}

Producer& PublishingSide::add(ProducerSetup setup) {
  const ProducerSlot slot = setup.slot;
  if (slot == producers_.size()) producers_.emplace_back();
  DCHECK(producers_[slot] == nullptr);
  const std::uint8_t cc = ExtensionIds::of(setup.parameters)[ortc::HeaderExtension::kTransportCc];
  if (cc != 0) {
    transport_cc_id_ = cc;
    if (!twcc_) {
      cc::TwccConfig config;
      config.interval = context_.config.timing.twcc_interval;
      twcc_ = std::make_unique<cc::TwccReceiver>(config);
    }
  }
  producers_[slot] = std::make_unique<Producer>(context_, *this, std::move(setup));
  return *producers_[slot];
}

void PublishingSide::remove(Producer& producer) {
  demux_.remove(producer.slot());
  producers_[producer.slot()].reset();
}

// ---- from the publisher ----

void PublishingSide::receive(Instant now, PacketRef packet) {
  const auto rtp = rtp::RtpPacketView::parse(packet.view());
  if (!rtp) return context_.counters.drop(Drop::kRtpMalformed);
  if (twcc_ && transport_cc_id_ != 0) {
    const auto data = rtp->extension(transport_cc_id_);
    const auto seq = data ? rtp::parse_transport_seq(*data) : std::nullopt;
    if (seq) twcc_->on_packet(now, *seq);
  }
  const auto found = demux_.find(*rtp);
  if (!found) return context_.counters.drop(Drop::kRtpUnknownStream);
  producers_[found->route.producer]->receive(now, found->route, std::move(packet), *rtp);
}

void PublishingSide::on_sender_report(Instant now, const rtcp::SenderReport& report) {
  const StreamRoute* route = demux_.find(report.sender);
  if (route == nullptr || route->is_rtx) return;
  const NtpTime ours = context_.config.wall.to_ntp(now);
  if (report.has_wall_clock() && participant_.clock.on_sender_report(report.info.ntp, ours)) {
    for (const auto& producer : producers_) {
      if (producer) producer->on_clock_changed();
    }
  }
  // RFC 3550 §6.4.1: zero says that the sender has no wall clock. Its report is then of the moment
  // at which it came, which is wrong by the network's jitter and not by the time between two
  // reports.
  const NtpTime sent_at =
      report.has_wall_clock() ? report.info.ntp : participant_.clock.to_theirs(ours);
  producers_[route->producer]->on_sender_report(now, route->encoding, report.info, sent_at);
}

void PublishingSide::on_audio_level(Instant now, const ProducerId& producer,
                                    std::int8_t level_dbov) {
  router_.on_audio_level(now, producer, level_dbov);
}

// ---- to the publisher ----

Instant PublishingSide::next_feedback() const {
  Instant next = twcc_ ? twcc_->next_timeout() : kNever;
  for (const auto& producer : producers_) {
    if (producer) next = std::min(next, producer->next_timeout());
  }
  return next;
}

void PublishingSide::check_layers(Instant now) {
  for (const auto& producer : producers_) {
    if (producer) producer->check_layers(now);
  }
}

void PublishingSide::send_feedback(Instant now, RtcpBatch& batch) {
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

void PublishingSide::send_twcc(Instant now, RtcpBatch& batch) {
  if (!twcc_ || twcc_->next_timeout() > now) return;
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

void PublishingSide::send_reports(Instant now, RtcpBatch& batch) {
  for (const auto& producer : producers_) {
    if (!producer) continue;
    for (ProducerStream& stream : producer->streams()) {
      if (participant_.rtt > Duration::zero()) stream.set_rtt(participant_.rtt);
      const auto block = stream.make_report(now);
      if (!block) continue;
      context_.counters.links.up.add(*block, stream.clock_rate());
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

}  // namespace confab::sfu
