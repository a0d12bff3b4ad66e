// The shard's own cost of forwarding, without sockets: from a publisher's protected packets to the
// protected messages of all receivers, in steps of 2 ms of virtual time. What the kernel takes on
// top of it shows bench/blackhole.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "base/datagram_batch.h"
#include "bench/media/meeting.h"
#include "bench/media/schedule.h"
#include "bench/media/trace.h"

namespace confab::bench {
namespace {

constexpr Duration kTick = 2ms;
// Time 0 means never where ICE notes when a path was last heard of.
constexpr Instant kStart = Instant{} + 1s;
// Histories, which hold 1.5 s, and tables have their size by then.
constexpr int kWarmUpTicks = 1000;
constexpr int kTicks = 1000;

double thread_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

class Forwarding {
 public:
  Forwarding(const Trace& trace, std::size_t publishers, std::size_t receivers, SrtpProfile profile)
      : schedule_(trace, publishers),
        meeting_(options(trace, publishers, receivers, profile), now_) {
    for (int i = 0; i < kWarmUpTicks; ++i) step();
  }

  // What the shard spent on one tick, in seconds.
  double step() {
    now_ += kTick;
    gather();
    const double before = thread_seconds();
    for (std::size_t at = 0; at < batch_.size(); at += kReceiveBatch) {
      const auto part = std::span(batch_).subspan(at);
      meeting_.shard().handle_packets(now_, part.first(std::min(kReceiveBatch, part.size())));
    }
    if (meeting_.shard().next_timeout() <= now_) meeting_.shard().handle_timeout(now_);
    while (!meeting_.shard().poll_transmit(now_).empty()) {
    }
    return thread_seconds() - before;
  }

  const sfu::ShardCounters& counters() { return meeting_.shard().counters(); }
  // Packets that the publishers have sent.
  std::uint64_t sent() const { return sent_; }

 private:
  static constexpr std::size_t kReceiveBatch = 32;

  static MeetingOptions options(const Trace& trace, std::size_t publishers, std::size_t receivers,
                                SrtpProfile profile) {
    MeetingOptions out{
        .receivers = receivers, .profile = profile, .has_audio = trace.has_audio(), .tick = kTick};
    for (std::size_t i = 0; i < publishers; ++i) {
      out.publishers.push_back({IpAddress::v4(0x0A62'0001), static_cast<std::uint16_t>(50000 + i)});
    }
    return out;
  }

  // The packets of this tick, as the engine would hand them in.
  void gather() {
    batch_.clear();
    while (schedule_.next_at() <= now_ - kStart) {
      const DuePacket due = schedule_.take();
      composed_.clear();
      meeting_.publishers()[due.publisher].compose(now_, due.media_time, *due.packet, composed_);
      ReceivedPacket& received =
          batch_.emplace_back(meeting_.publisher_path(due.publisher),
                              meeting_.pool().acquire(std::as_const(composed_)[0].size()));
      std::ranges::copy(std::as_const(composed_)[0], received.packet.capacity().begin());
      received.packet.resize(composed_[0].size());
      ++sent_;
    }
  }

  Instant now_ = kStart;
  Schedule schedule_;
  Meeting meeting_;
  DatagramBatch composed_{1};
  std::vector<ReceivedPacket> batch_;
  std::uint64_t sent_ = 0;
};

void forward(benchmark::State& state, const Trace& trace, std::size_t publishers,
             std::size_t receivers, SrtpProfile profile) {
  Forwarding forwarding(trace, publishers, receivers, profile);
  const sfu::ShardCounters before = forwarding.counters();
  const std::uint64_t sent = forwarding.sent();
  for (auto _ : state) state.SetIterationTime(forwarding.step());
  const sfu::ShardCounters& after = forwarding.counters();
  const std::uint64_t packets = after.media_packets_out - before.media_packets_out;
  // What is left out costs nothing, and would look fast.
  if (packets < (forwarding.sent() - sent) * receivers * 9 / 10) {
    return state.SkipWithError("not everything was forwarded");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(packets));
  state.counters["packets_per_message"] =
      static_cast<double>(packets) /
      static_cast<double>(after.media_messages_out - before.media_messages_out);
  state.counters["ns_per_packet"] =
      benchmark::Counter(static_cast<double>(packets) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void forward_recorded(benchmark::State& state) {
  const auto trace = read_trace(CONFAB_BENCH_TRACE);
  if (!trace) return state.SkipWithError(trace.error().message.c_str());
  forward(state, *trace, 25, 50, SrtpProfile::kAeadAes128Gcm);
}

void forward_bursts(benchmark::State& state, SrtpProfile profile) {
  forward(state, make_bursts(8, 1150, kTick), 1, 100, profile);
}

BENCHMARK_CAPTURE(forward_bursts, 1_to_100_gcm, SrtpProfile::kAeadAes128Gcm)
    ->UseManualTime()
    ->Iterations(kTicks);
BENCHMARK_CAPTURE(forward_bursts, 1_to_100_ctr, SrtpProfile::kAes128CmSha1_80)
    ->UseManualTime()
    ->Iterations(kTicks);
BENCHMARK(forward_recorded)
    ->Name("forward_recorded/25_to_50_gcm")
    ->UseManualTime()
    ->Iterations(kTicks);

}  // namespace
}  // namespace confab::bench
