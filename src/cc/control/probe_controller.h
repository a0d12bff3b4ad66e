// When to find out whether the link carries more, and how much to try: at the start, when somebody
// would use it, and after a large drop. Never for its own sake: a probe is padding in others' way.
//
//   Idle ──a cluster is asked for──▶ Waiting ──its result comes──▶ Idle, or the next cluster
//     ▲                                 │
//     └────────── nothing for 1 s ──────┘
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/instant.h"
#include "cc/control/messages.h"

namespace confab::cc {

class ProbeController {
 public:
  // `tick`: how often packets leave at the soonest.
  explicit ProbeController(Duration tick) : tick_(tick) {}

  // From nothing, or on a new route.
  void start(Instant now, double start_bps);
  void set_demand(Instant now, const Demand& demand);
  // The estimate fell to this, from that.
  void on_drop(Instant now, double before_bps, double after_bps);
  void on_result(Instant now, double probed_bps, double result_bps);
  // `may_probe`: nothing speaks against it.
  void update(Instant now, double estimate_bps, bool may_probe);
  // What is to be sent now. Valid until the next call.
  std::span<const ProbeCluster> take();

 private:
  enum class State : std::uint8_t { kIdle, kWaiting };

  bool has_use_for_more(double estimate_bps) const;
  double step_up(double estimate_bps) const;
  double most_wanted_bps() const;
  void ask(Instant now, double rate_bps);

  Duration tick_;
  State state_ = State::kIdle;
  Demand demand_;
  std::uint8_t next_id_ = kNoProbe;
  Instant waiting_until_ = kNever;
  double last_probe_bps_ = 0;
  bool wants_start_ = false;  // until there is a demand
  double start_bps_ = 0;
  bool is_urgent_ = false;      // somebody waits for it
  double continue_to_bps_ = 0;  // the last one succeeded: at once to the next; 0: no
  Instant periodic_at_{};
  Duration interval_ = kIntervalMin;
  Instant recover_from_{};
  double recover_to_bps_ = 0;  // after a drop; 0: done

  std::array<ProbeCluster, 2> asked_{};
  std::size_t asked_count_ = 0;
  std::array<ProbeCluster, 2> taken_{};

  static constexpr Duration kIntervalMin = 5s;
  static constexpr Duration kIntervalMax = 10s;
};

}  // namespace confab::cc
