// The shard's timers: 10,000 deadlines at a time, as 5,000 transports have.
#include "base/timer_wheel.h"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <deque>

#include "base/instant.h"
#include "base/random.h"

namespace confab {
namespace {

constexpr std::size_t kTimers = 10'000;

// Deadlines between 1 ms and 30 s, most of them in the first seconds.
Duration draw(Random& random) {
  return std::chrono::milliseconds(random.between(1, random.between(1, 30'000)));
}

struct Wheel {
  SeededRandom random{1};
  Instant now = Instant{} + 1s;
  TimerWheel wheel{now};
  std::deque<Timer> timers;

  Wheel() {
    for (std::size_t i = 0; i < kTimers; ++i) {
      wheel.set(timers.emplace_back(nullptr), now + draw(random));
    }
  }
};

// A deadline that is moved before it comes: what most packets do to a timer.
void move_timer(benchmark::State& state) {
  Wheel w;
  std::vector<Duration> delays(4096);
  for (Duration& delay : delays) delay = draw(w.random);
  std::size_t i = 0;
  for (auto _ : state) {
    w.wheel.set(w.timers[i % kTimers], w.now + delays[i % delays.size()]);
    ++i;
  }
}
BENCHMARK(move_timer);

// A millisecond passes; whoever fires is set again. Per timer that fires.
void advance_wheel(benchmark::State& state) {
  Wheel w;
  std::int64_t fired = 0;
  for (auto _ : state) {
    w.now += 1ms;
    while (Timer* timer = w.wheel.advance(w.now)) {
      w.wheel.set(*timer, w.now + draw(w.random));
      ++fired;
    }
  }
  state.SetItemsProcessed(fired);
}
BENCHMARK(advance_wheel);

void ask_next(benchmark::State& state) {
  Wheel w;
  for (auto _ : state) benchmark::DoNotOptimize(w.wheel.next());
}
BENCHMARK(ask_next);

}  // namespace
}  // namespace confab
