// The way into a shard's thread: a command put in and taken out, by one thread (the queue itself)
// and with another that sends as fast as it can.
#include "engine/mailbox.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <thread>

#include "control/media.h"

namespace confab::engine {
namespace {

void post_and_drain(benchmark::State& state) {
  const auto letters = static_cast<std::size_t>(state.range(0));
  Mailbox<control::MediaCommand> mailbox(4096);
  for (auto _ : state) {
    for (std::size_t i = 0; i < letters; ++i) {
      benchmark::DoNotOptimize(mailbox.push({.id = i, .request = control::GetMeetingStats{}}));
    }
    while (auto letter = mailbox.pop()) benchmark::DoNotOptimize(letter->id);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(letters));
}
BENCHMARK(post_and_drain)->Arg(1)->Arg(64);

void drain_from_a_thread(benchmark::State& state) {
  Mailbox<control::MediaCommand> mailbox(4096);
  std::atomic<bool> stop = false;
  std::thread sender([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      mailbox.push({.request = control::GetMeetingStats{}});
    }
  });
  for (auto _ : state) {
    while (!mailbox.pop()) {
    }
  }
  stop = true;
  sender.join();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(drain_from_a_thread)->UseRealTime();

}  // namespace
}  // namespace confab::engine
