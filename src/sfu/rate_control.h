// What one receiver's link carries: tells congestion control of each packet that leaves, and of
// what the receiver reports of them, and says what is to be sent beside media to find out whether
// there is room for more. Part of a SubscribingSide; the egress queue knows it by the
// ReceiverQueue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "base/net.h"
#include "cc/control/controller.h"
#include "rtc/rtcp/transport_feedback.h"
#include "sfu/rate_meter.h"

namespace confab::sfu {

class RateControl {
 public:
  explicit RateControl(const cc::ControllerConfig& config = {}) : controller_(config) {}

  // ---- from the egress queue, as packets leave ----
  // `bytes` of its datagram; it carries this transport-wide number, if any.
  void on_sent(Instant now, std::optional<std::int64_t> seq, std::size_t bytes,
               cc::PacketClass kind, bool is_layered);
  // A burst that probes the link is to be sent: media as it comes, and padding where that is not
  // enough.
  bool is_probing() const { return !probes_.empty(); }
  // How much of it is due, in bytes of datagrams; to be asked for each millisecond.
  std::size_t probe_bytes_due(Instant now);
  // There is nothing to send it with.
  void cancel_probes();

  // ---- from the link ----
  // It leads there from now on.
  void on_path(Instant now, const Path& path);
  void handle_timeout(Instant now);
  Instant next_timeout() const { return controller_.next_timeout(); }

  // ---- from the receiver ----
  void on_feedback(Instant now, const rtcp::TransportFeedback& feedback);
  void on_rtt(Instant now, Duration rtt);
  void on_remb(Instant now, double rate_bps);
  // The loss of a receiver report; for receivers that do not report each packet.
  void on_report_loss(Instant now, double loss);

  // What media would need.
  void on_demand(Instant now, const cc::Demand& demand) {
    take(controller_.on_demand(now, demand));
  }

  // Whether the receiver says what reaches it: without that there is no estimate.
  bool is_known() const { return is_known_; }
  double target_bps() const { return update_.target_bps; }
  const cc::Update& update() const { return update_; }
  const cc::CongestionController& controller() const { return controller_; }
  // When the first packet left; kNever before.
  Instant sent_since() const { return sent_since_; }
  // On the wire, of late: all, and what is not of layered tracks, or repeats them.
  double sent_bps(Instant now) const { return sent_.bps(now); }
  double other_bps(Instant now) const { return other_.bps(now); }

 private:
  void take(const cc::Update& update);
  void note_probe(std::size_t bytes);
  void end_probe();
  Duration unwrap(std::int32_t reference_time);

  cc::CongestionController controller_;
  cc::Update update_;
  std::optional<Path> path_;
  std::size_t overhead_ = cc::wire_overhead(cc::Transport::kUdpOverIpv4);
  bool is_known_ = false;
  bool hears_feedback_ = false;
  std::uint32_t unheard_packets_ = 0;
  // The reference time of the last feedback, and what it was without wrapping.
  std::optional<std::int32_t> reference_;
  std::int64_t reference_unwrapped_ = 0;
  std::vector<cc::Feedback::Arrival> arrivals_;  // of one feedback
  RateMeter sent_;
  RateMeter other_;
  Instant sent_since_ = kNever;

  std::vector<cc::ProbeCluster> probes_;  // to be sent one after the other
  Instant probe_from_ = kNever;           // when the first packet of the present one was due
  std::size_t probe_bytes_ = 0;           // sent of it
  std::size_t probe_packets_ = 0;
};

}  // namespace confab::sfu
