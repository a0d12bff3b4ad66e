#include "sfu/producer_stream.h"

#include <algorithm>
#include <array>

#include "sfu/timestamp_jump.h"

namespace confab::sfu {
namespace {

// What is never asked for again needs no room in the list.
rtp::NackConfig nack_config(const StreamRepair& repair) {
  rtp::NackConfig config;
  if (!repair.nack) config.missing_max = 0;
  return config;
}

}  // namespace

ProducerStream::ProducerStream(std::uint32_t clock_rate, const StreamRepair& repair)
    : clock_rate_(clock_rate),
      repair_(repair),
      nack_(nack_config(repair)),
      key_frames_(repair.key_frame_interval),
      report_clock_(clock_rate) {}

void ProducerStream::set_ssrc(rtp::Ssrc ssrc) {
  if (ssrc_ == ssrc) return;
  if (ssrc_) ++epoch_;
  ssrc_ = ssrc;
  unwrapper_.reset();
  seen_ = {};
  statistics_.emplace(ssrc, clock_rate_);
  nack_.reset();
  report_clock_.reset();
}

ProducerStream::Arrival ProducerStream::on_packet(Instant now, rtp::SeqNo seq,
                                                  rtp::RtpTime timestamp, std::size_t size,
                                                  bool repaired) {
  last_packet_at_ = now;
  Arrival arrival;
  const bool is_first = !unwrapper_.started();
  arrival.is_newest = is_first || unwrapper_.peek(seq) > unwrapper_.highest();
  arrival.seq = unwrapper_.unwrap(seq);
  arrival.is_duplicate = !seen_.insert(arrival.seq);
  if (arrival.is_newest) {
    arrival.is_time_jump =
        !is_first && is_timestamp_jump(newest_time_, timestamp, now - newest_at_, clock_rate_);
    if (arrival.is_time_jump) report_clock_.reset();
    newest_time_ = timestamp;
    newest_at_ = now;
  }
  if (!repaired) {
    statistics_->on_packet(now, seq, timestamp, size);
  } else if (!arrival.is_duplicate) {
    statistics_->on_repaired();
  }
  return arrival;
}

void ProducerStream::on_payload(Instant now, rtp::SeqNo seq, bool is_key_frame_start) {
  if (repair_.nack) {
    nack_.on_packet(now, seq, is_key_frame_start);
    if (nack_.take_key_frame_request()) want_key_frame(now);
  }
}

void ProducerStream::on_sender_report(Instant now, const rtcp::SenderInfo& info, NtpTime sent_at) {
  report_clock_.on_sender_report(sent_at, info.rtp_time);
  // What it called itself, for the peer to know it again.
  if (statistics_) statistics_->on_sender_report(now, info.ntp);
}

void ProducerStream::reset_repair() {
  nack_.reset();
  key_frames_.cancel();
}

void ProducerStream::want_key_frame(Instant now) {
  if (repair_.pli || repair_.fir) key_frames_.want(now);
}

Instant ProducerStream::next_feedback() const {
  if (!ssrc_ || !has_packets()) return kNever;
  return std::min(repair_.nack ? nack_.next_timeout() : kNever, key_frames_.next_timeout());
}

ProducerStream::Feedback ProducerStream::write_feedback(Instant now, rtp::Ssrc sender,
                                                        rtcp::CompoundWriter& out) {
  Feedback written;
  if (!ssrc_) return written;
  if (repair_.nack && nack_.next_timeout() <= now) {
    // More than fit here are asked for at the next turn.
    std::array<rtp::SeqNo, 64> missing;
    const std::size_t n = nack_.poll(now, missing);
    if (n > 0) written.nacks = out.nack(sender, *ssrc_, std::span(missing).first(n));
    if (nack_.take_key_frame_request()) want_key_frame(now);
  }
  if (key_frames_.take_due(now)) {
    const bool fits =
        repair_.pli ? out.pli(sender, *ssrc_) : out.fir(sender, *ssrc_, fir_sequence_++);
    if (fits) ++written.key_frame_requests;
  }
  nacks_sent_ += written.nacks;
  key_frame_requests_sent_ += written.key_frame_requests;
  return written;
}

std::optional<rtp::ReportBlock> ProducerStream::make_report(Instant now) {
  if (!statistics_) return std::nullopt;
  return statistics_->make_report(now);
}

}  // namespace confab::sfu
