// Decides which lost packets of one RTP stream to ask for again, and when (RFC 4585 §6.2.1).
// Sans-IO: sequence numbers and time in; sequence numbers to ask for, and the wish for a key frame
// when loss is beyond repair, out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/instant.h"
#include "rtc/rtp/types.h"

namespace confab::rtp {

struct NackConfig {
  // Reordering shorter than this costs no request.
  Duration reorder_wait = 5ms;
  // The least time between two requests for one packet; the round-trip time if that is more.
  Duration retry_min = 20ms;
  std::uint8_t tries_max = 10;
  // What is older than this comes too late for a conversation.
  Duration age_max = 1s;
  // Missing at once; a larger gap is an outage, cheaper repaired by a key frame. At 2 Mbit/s and
  // 1150 B this is 2.3 s of video.
  std::size_t missing_max = 500;
  // Audio has no key frames: nothing is asked for when packets are given up.
  bool has_key_frames = true;
};

class NackGenerator {
 public:
  explicit NackGenerator(const NackConfig& config = {}) : config_(config) {}

  // Each packet of the stream, repaired ones too (with their original sequence number).
  // is_key_frame_start: what is lost before it is no longer worth a key-frame request.
  void on_packet(Instant now, SeqNo seq, bool is_key_frame_start);
  void set_rtt(Duration rtt) { rtt_ = rtt; }

  // When poll() may have something; kNever if nothing is missing.
  Instant next_timeout() const { return missing_.empty() ? kNever : wake_at_; }
  // Fills `out` with what is to be asked for now, oldest first, and returns how many. Call again
  // while it returns out.size().
  std::size_t poll(Instant now, std::span<SeqNo> out);
  // True once after packets were given up that only a key frame can make good.
  bool take_key_frame_request();

  std::size_t missing() const { return missing_.size(); }
  std::uint64_t given_up() const { return given_up_; }
  // The stream stopped or started again: forget everything missing.
  void reset();

 private:
  struct Missing {
    std::int64_t seq;
    Instant since;
    Instant ask_at;
    std::uint8_t tries;
  };

  void add_gap(Instant now, std::int64_t first, std::int64_t end);
  void remove(std::int64_t seq);
  void give_up_where(auto&& condition);
  void give_up(const Missing& missing);
  Duration retry_after() const;

  NackConfig config_;
  Duration rtt_ = 100ms;
  SeqUnwrapper unwrapper_;
  std::int64_t last_key_frame_ = INT64_MIN;
  // By seq. Has as much memory as the worst moment took: few streams ever miss missing_max.
  std::vector<Missing> missing_;
  // No later than the soonest ask_at: a packet that came after all may leave it too early.
  Instant wake_at_ = kNever;
  bool wants_key_frame_ = false;
  std::uint64_t given_up_ = 0;
};

}  // namespace confab::rtp
