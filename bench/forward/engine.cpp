// Forwarding as the server does it: packet loop and shard on a thread of their own, receivers that
// do not exist. Prints one JSON object; run by bench/blackhole.
#include <atomic>
#include <future>
#include <memory>

#include "bench/forward/forwarding.h"
#include "bench/media/meeting.h"
#include "engine/packet_loop.h"
#include "engine/shard_thread.h"
#include "platform/clock/clock.h"

namespace confab::bench {
namespace {

// Bursts are a tick apart already: at half of it each leaves by itself, however the threads wake
// up.
Duration flush_distance(const ForwardOptions& options) {
  return options.trace.empty() ? options.tick / 2 : options.tick;
}

Result<void> run(const ForwardOptions& options) {
  const auto trace = trace_of(options);
  if (!trace) return std::unexpected(trace.error());
  auto publishers = Publishers::open(options);
  if (!publishers) return std::unexpected(publishers.error());
  Meeting meeting({.publishers = publishers->endpoints(),
                   .receivers = options.receivers,
                   .first_receiver = options.first_receiver,
                   .profile = options.profile,
                   .has_audio = trace->has_audio(),
                   .tick = flush_distance(options)},
                  monotonic_now());
  const engine::LoopOptions listen{.listen = {{options.address, 0}}, .tcp = false};
  auto loop = engine::PacketLoop::open(listen, meeting.pool(), monotonic_now);
  if (!loop) return std::unexpected(loop.error());
  engine::PacketLoop& packets = **loop;

  std::atomic<std::promise<ForwardSample>*> asked = nullptr;
  const auto answer = [&](Instant) {
    std::promise<ForwardSample>* const promise = asked.exchange(nullptr);
    if (promise == nullptr) return;
    ForwardSample sample = thread_sample();
    const engine::LoopCounters& counters = packets.counters();
    sample.packets_in = counters.datagrams_received;
    // Media alone: what the publishers are sent is not forwarded.
    sample.packets_out = meeting.shard().counters().media_packets_out -
                         counters.drop_send_would_block - counters.drop_send_error -
                         counters.drop_message_too_long;
    sample.messages_out = meeting.shard().counters().media_messages_out;
    sample.bytes_out = counters.bytes_sent;
    promise->set_value(sample);
  };
  const auto drain_events = [&](Instant) {
    control::MediaEvent event;
    while (meeting.shard().poll_event(event)) {
    }
  };
  {
    engine::ShardThread shard("shard", options.cpu, [&] {
      packets.run(meeting.shard(), {.on_wake = answer, .after_round = drain_events});
    });
    engine::ShardThread generator("generator", options.generator_cpu, [&] {
      measure("forward_engine", options, *publishers, *trace, meeting.publishers(),
              packets.local_endpoints().front(), [&] {
                std::promise<ForwardSample> promise;
                asked = &promise;
                packets.wake();
                return promise.get_future().get();
              });
      packets.stop();
    });
  }
  return {};
}

}  // namespace
}  // namespace confab::bench

int main(int argc, char** argv) {
  return confab::bench::run_program("forward_engine", argc, argv, confab::bench::run);
}
