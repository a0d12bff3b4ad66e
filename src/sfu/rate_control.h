// What one receiver may be sent, and how closely together: congestion control, pacing and the
// bursts that probe its link, as the egress queue uses them. Its SubscribingSide feeds it what the
// receiver reports. Where a receiver reports nothing, nothing is held up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/instant.h"
#include "base/net.h"
#include "cc/control/controller.h"
#include "cc/control/pacer.h"
#include "rtc/rtcp/transport_feedback.h"

namespace confab::sfu {

class RateControl {
 public:
  explicit RateControl(const cc::ControllerConfig& config = {});

  // ---- from the egress queue, as packets leave ----
  // What a datagram costs besides its payload.
  void set_path(const Path& path);
  std::size_t overhead() const { return overhead_; }
  // Before the packet leaves; `bytes` of its datagram. It carries its transport-wide number, or
  // not.
  void on_sent(Instant now, std::int64_t seq, std::size_t bytes, cc::PacketClass kind,
               bool is_numbered);
  // A message left, in which there was so much; so much still waits.
  void on_message(Instant now, std::size_t packets, std::size_t bytes, std::size_t waiting);
  // How much video may leave now, of what waits; 0: later, at next_send().
  std::size_t may_send(Instant now, std::size_t waiting) const;
  Instant next_send(Instant now, std::size_t waiting) const;
  // A burst is to be sent: with what waits, and with padding where that is not enough.
  bool is_probing() const { return !probes_.empty(); }
  // There is nothing to send them with.
  void cancel_probes();

  // ---- from the receiver ----
  void on_feedback(Instant now, const rtcp::TransportFeedback& feedback);
  void on_rtt(Instant now, Duration rtt);
  void on_remb(Instant now, double rate_bps);
  void on_report_loss(Instant now, double loss);
  void on_demand(Instant now, const cc::Demand& demand);
  void on_route_change(Instant now);
  void handle_timeout(Instant now);
  Instant next_timeout() const { return controller_.next_timeout(); }

  // Whether the receiver says what reaches it: without that there is no estimate.
  bool is_known() const { return is_known_; }
  // Since when something goes out; kNever before.
  Instant sent_since() const { return sent_since_; }
  double target_bps() const { return update_.target_bps; }
  const cc::Update& update() const { return update_; }
  const cc::CongestionController& controller() const { return controller_; }
  // What waits for longer than this at the highest pace is not worth waiting for.
  std::size_t backlog_max() const { return backlog_max_; }

  // What was sent of late, of each kind, in bits per second.
  double audio_bps(Instant now) const;
  double repeat_bps(Instant now) const;
  double sent_bps(Instant now) const;

 private:
  // A mean over about a second.
  struct Meter {
    double bits = 0;
    double previous_bits = 0;
    Instant from{};
    void add(Instant now, std::size_t bytes);
    double bps(Instant now) const;
  };

  void take(const cc::Update& update);
  void end_probe();

  cc::CongestionController controller_;
  cc::Pacer pacer_;
  cc::Update update_;
  std::vector<cc::ProbeCluster> probes_;
  std::size_t probe_bytes_ = 0;
  std::size_t probe_packets_ = 0;
  Instant probe_until_ = kNever;
  std::size_t overhead_ = cc::wire_overhead(cc::Transport::kUdpOverIpv4);
  std::size_t backlog_max_ = std::numeric_limits<std::size_t>::max();
  bool is_known_ = false;
  bool hears_feedback_ = false;
  std::uint32_t unheard_packets_ = 0;
  Instant sent_since_ = kNever;
  // The receiver's clock comes in 24 bits, and wraps after twelve days.
  std::optional<std::int32_t> reference_;
  std::int64_t reference_unwrapped_ = 0;
  std::vector<cc::Feedback::Arrival> arrivals_;
  Meter audio_;
  Meter repeats_;
  Meter all_;
};

}  // namespace confab::sfu
