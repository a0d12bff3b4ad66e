// How much a receiver may be sent: congestion control of one transport, by what its receiver
// reports of each packet. Composes the parts of this module; sans-IO, messages in and one update
// out, so that a recorded trace gives the same again.
//
// goog_cc of libwebrtc 2bc24d44 (January 2026) with four departures: every byte on the wire counts,
// a guard against standing queues, probes on demand, and a pacer that knows batches (docs/bwe.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "cc/control/aimd.h"
#include "cc/control/application_limit.h"
#include "cc/control/feedback_silence.h"
#include "cc/control/loss_based.h"
#include "cc/control/messages.h"
#include "cc/control/packet_groups.h"
#include "cc/control/probe_controller.h"
#include "cc/control/probe_estimator.h"
#include "cc/control/queue_guard.h"
#include "cc/control/remb.h"
#include "cc/control/sent_history.h"
#include "cc/control/throughput.h"
#include "cc/control/trend_detector.h"

namespace confab::cc {

struct ControllerConfig {
  double start_bps = 300'000;
  double min_bps = 30'000;
  double max_bps = 50'000'000;
  // How often packets leave at the soonest.
  Duration tick = 2ms;
  // Off in one test, which shows what it is for.
  bool has_queue_guard = true;
};

class CongestionController {
 public:
  explicit CongestionController(const ControllerConfig& config = {});

  // Before it is handed out, in the order of the numbers.
  void on_sent(const SentPacket& packet);

  // What changed stands in the update, which the caller takes over whole.
  Update on_feedback(Instant now, const Feedback& feedback);
  // Of a receiver report. Its loss is not used: it has in it what was lost before us.
  Update on_rtt(Instant now, Duration rtt);
  Update on_remb(Instant now, double rate_bps);
  // The loss of reports, for receivers without transport-wide feedback.
  Update on_report_loss(Instant now, double loss);
  Update on_demand(Instant now, const Demand& demand);
  // ICE selected another path, or began anew.
  Update on_route_change(Instant now);
  Update handle_timeout(Instant now);
  Instant next_timeout() const;

  double target_bps() const { return target_bps_; }
  std::optional<double> throughput_bps() const { return throughput_.rate_bps(); }
  Duration queue() const { return guard_.queue(); }
  double loss() const { return loss_.loss(); }
  LinkState state() const { return state_; }

 private:
  void take_in(Instant now, std::span<const PacketResult> results);
  bool is_untried(Instant now, std::optional<double> throughput_bps);
  void follow_delay(Instant now, std::span<const PacketResult> results);
  void follow_probes(Instant now);
  void limit(Instant now);
  bool may_probe(Instant now) const;
  Update make_update(Instant now);

  ControllerConfig config_;
  SentHistory history_;
  std::vector<PacketResult> received_;  // of one feedback, in the order of arrival
  PacketGroups groups_;
  TrendDetector trend_;
  Throughput throughput_;
  Aimd aimd_;
  LossBased loss_;
  QueueGuard guard_;
  ApplicationLimit application_;
  ProbeEstimator probe_estimator_;
  ProbeController probes_;
  FeedbackSilence silence_;
  Remb remb_;

  Duration rtt_ = 100ms;  // until one is known
  bool hears_feedback_ = false;
  std::optional<Instant> far_away_at_;  // when it was last lowered for that
  // When less was sent than may be, and when a part of a probe arrived.
  std::optional<Instant> limited_at_;
  std::optional<Instant> probe_seen_at_;
  double silence_share_ = 1;
  double target_bps_;
  LinkState state_ = LinkState::kNormal;
  Cause cause_ = Cause::kStart;
};

}  // namespace confab::cc
