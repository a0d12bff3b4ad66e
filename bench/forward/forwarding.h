// What the two forwarding programs share: what they are asked for, the publishers, and the report.
// One publisher each a socket of its own, all on one thread and core; the forwarder has another.
// Their packets come over loopback; the receivers are addresses behind a device that drops
// everything (bench/blackhole).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"
#include "bench/media/media_source.h"
#include "bench/media/schedule.h"
#include "bench/media/trace.h"
#include "engine/udp_socket.h"
#include "rtc/srtp_keys/keys.h"

namespace confab::bench {

struct ForwardOptions {
  std::size_t publishers = 1;
  std::size_t receivers = 100;
  std::string trace;  // a recording; empty: bursts of equal packets
  std::size_t burst = 8;
  std::uint16_t packet_bytes = 1150;
  Duration tick = 2ms;
  SrtpProfile profile = SrtpProfile::kAeadAes128Gcm;
  Duration duration = 3s;
  IpAddress address = IpAddress::v4(0x7F00'0001);         // the forwarder's
  IpAddress first_receiver = IpAddress::v4(0x0A63'0100);  // 10.99.1.0 and those that follow
  std::optional<unsigned> cpu;                            // the forwarder's
  std::optional<unsigned> generator_cpu;
};

// kInvalidArgument says what is wrong, with the usage.
Result<ForwardOptions> parse_options(int argc, char** argv);
// What main() does: 2 if the options make no sense, 1 if it could not run.
int run_program(const char* name, int argc, char** argv,
                Result<void> (*run)(const ForwardOptions&));
Result<Trace> trace_of(const ForwardOptions& options);

// What the forwarder has spent and done so far; its thread's clocks.
struct ForwardSample {
  Duration user{};
  Duration system{};
  std::uint64_t packets_in = 0;
  std::uint64_t packets_out = 0;
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
};
// CPU of the calling thread.
ForwardSample thread_sample();

// The publishers' sockets, and the traffic on them.
class Publishers {
 public:
  static Result<Publishers> open(const ForwardOptions& options);
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  // Sends what is due from the calling thread, in real time, for `duration`. Returns the packets
  // sent. Goes on where the last call ended.
  std::uint64_t send(Schedule& schedule, std::vector<MediaSource>& sources, const Endpoint& to,
                     Duration duration);

 private:
  std::vector<std::unique_ptr<engine::UdpSocket>> sockets_;
  std::vector<Endpoint> endpoints_;
  engine::LoopCounters counters_;
  Duration played_{};
};

// Warms up, measures between two samples, and prints one JSON object. `sample` asks the forwarder;
// it may take a moment.
void measure(const std::string& name, const ForwardOptions& options, Publishers& publishers,
             const Trace& trace, std::vector<MediaSource>& sources, const Endpoint& to,
             const std::function<ForwardSample()>& sample);

}  // namespace confab::bench
