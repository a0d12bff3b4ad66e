#include "sim/subscriber.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "rtc/ortc/header_extension.h"
#include "rtc/rtcp/compound_writer.h"
#include "rtc/rtp/extensions.h"

namespace confab::sim {
namespace {

constexpr Duration kReorderWait = 8ms;
constexpr Duration kReportInterval = 1s;
constexpr Duration kKeyFrameAsk = 200ms;
// A decoder that waited for so long shows the next picture instead.
constexpr Duration kWaitMax = 1400ms;

}  // namespace

Subscriber::Subscriber(ClientTransport& transport, const control::Consumed& consumer)
    : transport_(transport),
      consumer_(consumer),
      ssrc_{consumer.rtp_parameters.encodings.front().ssrc.value_or(0)},
      rtx_ssrc_{consumer.rtp_parameters.encodings.front().rtx_ssrc.value_or(0)},
      own_ssrc_{ssrc_.value ^ 0x5A5A5A5A},
      is_video_(consumer.kind == ortc::MediaKind::kVideo),
      mid_id_(ortc::extension_id(consumer.rtp_parameters, ortc::HeaderExtension::kMid)
                  .value_or(std::uint8_t{0})),
      statistics_(ssrc_, is_video_ ? 90'000 : 48'000) {}

std::size_t Subscriber::complete_frames() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(frames_, [](const auto& f) { return f.second.is_complete(); }));
}

bool Subscriber::on_rtp(Instant now, const rtp::RtpPacketView& packet) {
  const bool is_rtx = rtx_ssrc_.value != 0 && packet.ssrc() == rtx_ssrc_;
  if (!is_rtx && packet.ssrc() != ssrc_) return false;
  ++packets_;
  padding_bytes_ += packet.padding_size();
  if (report_at_ == kNever) report_at_ = now + kReportInterval;
  if (mid_id_ != 0) {
    const auto mid = packet.extension(mid_id_);
    if (!mid || as_chars(*mid) != consumer_.rtp_parameters.mid) ++mid_errors_;
  }
  if (!is_rtx) {
    statistics_.on_packet(now, packet.seq(), packet.timestamp(), packet.bytes().size());
    on_media(now, packet.seq(), packet.timestamp(), packet.payload());
    return true;
  }
  // A part of a burst that probes the link repeats nothing.
  if (packet.payload().empty() && packet.padding_size() > 0) {
    ++probes_;
    padding_bytes_ -= packet.padding_size();
    return true;
  }
  if (packet.payload().size() < 2) {
    ++content_errors_;
    return true;
  }
  ++repaired_;
  statistics_.on_repaired();
  // RFC 4588 §4: the original sequence number, then the payload.
  on_media(now, {load_be16(packet.payload().data())}, packet.timestamp(),
           packet.payload().subspan(2));
  return true;
}

void Subscriber::on_media(Instant now, rtp::SeqNo wire_seq, rtp::RtpTime timestamp,
                          ByteView payload) {
  const bool is_first = !unwrapper_.started();
  const std::int64_t before = unwrapper_.highest();
  const std::int64_t seq = unwrapper_.unwrap(wire_seq);
  if (is_first) first_seq_ = seq;
  missing_.erase(seq);
  if (!received_.insert(seq).second) {
    ++duplicates_;
    return;
  }
  if (!is_first) {
    for (std::int64_t gap = before + 1; gap < seq; ++gap) note_gap(now, gap);
  }

  MediaTag tag;
  Vp8Fields fields;
  if (is_video_) {
    const auto read = read_video(payload);
    if (!read) {
      ++content_errors_;
      return;
    }
    tag = read->tag;
    fields = read->fields;
  } else {
    const auto read = read_opus(payload);
    if (!read) {
      ++content_errors_;
      return;
    }
    tag = *read;
  }
  if (!first_tag_) {
    first_tag_ = tag;
    first_was_key_frame_ = fields.is_key_frame;
  }
  if (is_video_ && !first_decodable_frame_) {
    if (fields.is_key_frame) {
      first_decodable_frame_ = tag.frame;
    } else if (now - key_frame_asked_at_ >= kKeyFrameAsk) {
      // The start went missing, and nothing before it tells that there is a gap.
      key_frame_asked_at_ = now;
      send_pli();
    }
  }
  latest_stream_ = tag.stream;
  latest_at_ = now;
  steps_[seq] = {seq, timestamp, tag, fields, now};
  Frame& frame = frames_[{tag.stream, tag.frame}];
  if (frame.received.empty()) {
    frame.count = tag.count;
    frame.timestamp = timestamp;
    frame.fields = fields;
    frame.first_at = now;
  }
  if (frame.timestamp != timestamp || frame.count != tag.count) ++content_errors_;
  frame.fields.is_key_frame |= fields.is_key_frame;
  frame.received.insert(tag.index);
  if (!frame.is_complete()) return;
  frame.complete_at = now;
  if (is_video_) decoder_.on_frame(now, tag.stream, tag.frame, frame.fields);
}

void Subscriber::note_gap(Instant now, std::int64_t seq) {
  if (rtx_ssrc_.value == 0 || received_.contains(seq)) return;
  missing_[seq] = {now + kReorderWait, now, 0};
}

Instant Subscriber::next_timeout() const {
  Instant next = report_at_;
  for (const auto& [seq, missing] : missing_) next = std::min(next, missing.ask_at);
  return next;
}

void Subscriber::handle_timeout(Instant now) {
  ask(now);
  if (report_at_ <= now) {
    send_report(now);
    report_at_ = now + kReportInterval;
  }
}

void Subscriber::ask(Instant now) {
  std::vector<rtp::SeqNo> wanted;
  bool lost = false;
  std::erase_if(missing_, [&](const auto& entry) {
    const bool over = entry.second.tries >= kTriesMax || now - entry.second.since > kWaitMax;
    if (over && entry.second.ask_at <= now) {
      ++given_up_;
      lost = true;
      return true;
    }
    return false;
  });
  for (auto& [seq, missing] : missing_) {
    if (missing.ask_at > now) continue;
    wanted.push_back(rtp::to_seq(seq));
    ++missing.tries;
    missing.ask_at = now + std::max<Duration>(rtt_ + 10ms, 20ms);
  }
  if (silent_) return;
  if (lost) send_pli();
  std::span<const rtp::SeqNo> rest = wanted;
  while (!rest.empty()) {
    std::array<std::uint8_t, 1200> bytes;
    rtcp::CompoundWriter writer(bytes);
    rest = rest.subspan(writer.nack(own_ssrc_, ssrc_, rest));
    const auto written = writer.written();
    transport_.send_rtcp({written.begin(), written.end()});
  }
}

void Subscriber::send_pli() {
  std::array<std::uint8_t, 64> bytes;
  rtcp::CompoundWriter writer(bytes);
  writer.pli(own_ssrc_, ssrc_);
  const auto written = writer.written();
  transport_.send_rtcp({written.begin(), written.end()});
}

void Subscriber::send_report(Instant now) {
  const auto block = statistics_.make_report(now);
  if (!block) return;
  std::array<std::uint8_t, 128> bytes;
  rtcp::CompoundWriter writer(bytes);
  writer.receiver_report(own_ssrc_, std::span(&*block, 1));
  const auto written = writer.written();
  transport_.send_rtcp({written.begin(), written.end()});
}

void Subscriber::on_rtcp(Instant now, const rtcp::PacketView& packet) {
  const auto report = rtcp::parse_sender_report(packet);
  if (!report || report->sender != ssrc_) return;
  ++reports_;
  last_report_ = Report{report->info.ntp, report->info.rtp_time, now};
  statistics_.on_sender_report(now, report->info.ntp);
}

}  // namespace confab::sim
