// One track that a scripted peer receives: puts packets and frames together, asks for what is
// missing, checks that what arrives is what was published and that nothing a receiver relies on
// ever breaks (sequence, timestamps, picture ids).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/instant.h"
#include "control/media.h"
#include "rtc/rtcp/packet.h"
#include "rtc/rtp/packet.h"
#include "rtc/rtp/receive_statistics.h"
#include "sim/client_transport.h"
#include "sim/decoder.h"
#include "sim/synthetic_media.h"

namespace confab::sim {

class Subscriber {
 public:
  Subscriber(ClientTransport& transport, const control::Consumed& consumer);

  // False if the packet is of another track.
  bool on_rtp(Instant now, const rtp::RtpPacketView& packet);
  void on_rtcp(Instant now, const rtcp::PacketView& packet);
  void handle_timeout(Instant now);
  Instant next_timeout() const;

  const control::Consumed& consumer() const { return consumer_; }
  // How often, and for how long, a missing packet is asked for.
  static constexpr std::uint32_t kTriesMax = 12;

  struct Frame {
    std::uint16_t count = 0;
    std::set<std::uint16_t> received;
    rtp::RtpTime timestamp;
    Vp8Fields fields;
    Instant first_at{};
    Instant complete_at{};
    bool is_complete() const { return received.size() == count; }
  };
  // By stream (layer) and frame number.
  const std::map<std::pair<std::uint32_t, std::uint32_t>, Frame>& frames() const { return frames_; }
  std::size_t complete_frames() const;
  // What the very first packet was of.
  std::optional<MediaTag> first_tag() const { return first_tag_; }
  bool first_was_key_frame() const { return first_was_key_frame_; }
  // The first frame that a decoder could start at; nothing before one came.
  std::optional<std::uint32_t> first_decodable_frame() const { return first_decodable_frame_; }
  // The stream (layer) of the latest packet.
  std::uint32_t latest_stream() const { return latest_stream_; }
  Instant latest_at() const { return latest_at_; }

  std::uint64_t packets() const { return packets_; }
  std::uint64_t repaired() const { return repaired_; }
  std::uint64_t duplicates() const { return duplicates_; }
  // What became of the frames.
  const Decoder& decoder() const { return decoder_; }
  std::uint64_t padding_bytes() const { return padding_bytes_; }
  // Packets of nothing but padding: of bursts that probe the link.
  std::uint64_t probes() const { return probes_; }
  std::uint32_t missing() const { return static_cast<std::uint32_t>(missing_.size()); }
  std::uint32_t given_up() const { return given_up_; }
  // What must never happen; each is a bug of the server.
  std::uint32_t content_errors() const { return content_errors_; }
  std::uint32_t mid_errors() const { return mid_errors_; }
  // Numbers of the first media packets in the order of their sequence, for continuity checks.
  struct Step {
    std::int64_t seq = 0;
    rtp::RtpTime timestamp;
    MediaTag tag;
    Vp8Fields fields;
    Instant at{};
  };
  const std::map<std::int64_t, Step>& steps() const { return steps_; }
  // The last sender report: what the server says of its clocks.
  struct Report {
    NtpTime ntp;
    rtp::RtpTime rtp_time;
    Instant at{};
  };
  const std::optional<Report>& last_report() const { return last_report_; }
  std::uint32_t reports() const { return reports_; }
  // Stops asking for what is missing and for key frames.
  void set_silent() { silent_ = true; }
  void ask_for_key_frame() { send_pli(); }

 private:
  struct Missing {
    Instant ask_at;
    Instant since;
    std::uint32_t tries = 0;
  };

  void on_media(Instant now, rtp::SeqNo seq, rtp::RtpTime timestamp, ByteView payload);
  void note_gap(Instant now, std::int64_t seq);
  void ask(Instant now);
  void send_pli();
  void send_report(Instant now);

  ClientTransport& transport_;
  control::Consumed consumer_;
  rtp::Ssrc ssrc_;
  rtp::Ssrc rtx_ssrc_;
  rtp::Ssrc own_ssrc_;
  bool is_video_;
  std::uint8_t mid_id_ = 0;

  rtp::SeqUnwrapper unwrapper_;
  std::int64_t first_seq_ = 0;
  std::set<std::int64_t> received_;
  std::map<std::int64_t, Missing> missing_;
  std::optional<MediaTag> first_tag_;
  bool first_was_key_frame_ = false;
  std::optional<std::uint32_t> first_decodable_frame_;
  Instant key_frame_asked_at_{};
  std::uint32_t latest_stream_ = 0;
  Instant latest_at_{};
  std::map<std::pair<std::uint32_t, std::uint32_t>, Frame> frames_;
  std::map<std::int64_t, Step> steps_;
  rtp::ReceiveStatistics statistics_;
  std::optional<Report> last_report_;
  std::uint32_t reports_ = 0;
  Instant report_at_ = kNever;
  Duration rtt_ = 100ms;
  bool silent_ = false;

  std::uint64_t packets_ = 0;
  std::uint64_t repaired_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t padding_bytes_ = 0;
  std::uint64_t probes_ = 0;
  Decoder decoder_;
  std::uint32_t given_up_ = 0;
  std::uint32_t content_errors_ = 0;
  std::uint32_t mid_errors_ = 0;
};

}  // namespace confab::sim
