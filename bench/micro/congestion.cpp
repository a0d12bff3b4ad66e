// What congestion control costs for each packet: noted when it is sent, and judged when feedback
// comes, each 50 ms.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "cc/control/controller.h"

namespace confab::cc {
namespace {

// 4 Mbit/s: 25 packets in each feedback. 20 Mbit/s: 125.
void congestion_control(benchmark::State& state) {
  CongestionController controller;
  const std::int64_t per_feedback = state.range(0);
  const Duration spacing = Duration(50ms) / per_feedback;
  std::vector<Feedback::Arrival> arrivals(static_cast<std::size_t>(per_feedback));
  Instant now = Instant{} + 10s;
  std::int64_t seq = 0;
  for (auto _ : state) {
    const std::int64_t first = seq;
    for (Feedback::Arrival& arrival : arrivals) {
      controller.on_sent({.seq = seq, .at = now, .bytes = 1000});
      arrival = {static_cast<std::uint16_t>(seq), now.time_since_epoch() + 20ms};
      ++seq;
      now += spacing;
    }
    benchmark::DoNotOptimize(controller.on_feedback(
        now + 40ms, {.base_seq = static_cast<std::uint16_t>(first),
                     .status_count = static_cast<std::uint16_t>(per_feedback),
                     .arrivals = arrivals}));
  }
  state.SetItemsProcessed(state.iterations() * per_feedback);
}
BENCHMARK(congestion_control)->Arg(25)->Arg(125);

}  // namespace
}  // namespace confab::cc
