#include "sim/flow/gates.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/flow/network.h"

namespace confab::sim {
namespace {

constexpr double kMega = 1e6;

LinkProfile link_of(double rate_bps, Duration queue_max = 300ms, Duration delay = 20ms) {
  LinkProfile link;
  link.rate_bps = static_cast<std::uint64_t>(rate_bps);
  link.queue_max = queue_max;
  link.delay = delay;
  return link;
}

FlowOptions flow_of(const FlowChange& change, double wanted_bps = 10 * kMega) {
  FlowOptions options;
  options.wanted_bps = wanted_bps;
  options.back.delay = 20ms;
  if (change) change(options);
  return options;
}

std::string label(std::string_view what, double bps) {
  std::string number = std::to_string(std::llround(bps / 1000));
  return std::string(what) + " at " + number + " kbit/s";
}

double ms(Duration d) {
  return to_seconds(d) * 1000;
}

struct Summary {
  double mean_target_bps = 0;
  double queue_mean_ms = 0;
  double queue_p95_ms = 0;
};

Summary summarize(const Network& network, Instant from, std::size_t flow = 0) {
  Summary out;
  std::vector<double> queues;
  for (const Network::Sample& s : network.samples()) {
    if (s.at < from) continue;
    queues.push_back(ms(s.queue));
    out.mean_target_bps += s.targets_bps[flow];
    out.queue_mean_ms += queues.back();
  }
  std::ranges::sort(queues);
  const auto n = static_cast<double>(queues.size());
  out.mean_target_bps /= n;
  out.queue_mean_ms /= n;
  out.queue_p95_ms = queues[queues.size() * 95 / 100];
  return out;
}

// How long after `from` the condition became true; -1 if it never did.
template <typename Condition>
double seconds_until(const Network& network, Instant from, Condition&& condition) {
  for (const Network::Sample& s : network.samples()) {
    if (s.at >= from && condition(s)) return to_seconds(s.at - from);
  }
  return -1;
}

// After this long the condition was true for good.
template <typename Condition>
double seconds_until_for_good(const Network& network, Instant from, Condition&& condition) {
  std::optional<Instant> since;
  Instant end = from;
  for (const Network::Sample& s : network.samples()) {
    if (s.at < from) continue;
    end = s.at;
    if (!condition(s)) {
      since.reset();
    } else if (!since) {
      since = s.at;
    }
  }
  return to_seconds((since ? *since : end + 1s) - from);
}

}  // namespace

std::vector<Gate> run_steady_gates(const FlowChange& change) {
  std::vector<Gate> gates;
  for (const double rate : {0.5 * kMega, kMega, 2 * kMega, 5 * kMega}) {
    Network network(link_of(rate), {flow_of(change)}, 11);
    network.run_for(60s);
    const Summary s = summarize(network, network.now() - 40s);
    gates.push_back({label("steady: share", rate), s.mean_target_bps / rate, 0.85, 1.05});
    gates.push_back({label("steady: queue mean, ms,", rate), s.queue_mean_ms, 0, 30});
    gates.push_back({label("steady: queue p95, ms,", rate), s.queue_p95_ms, 0, 60});
  }
  return gates;
}

std::vector<Gate> run_start_gates(const FlowChange& change) {
  std::vector<Gate> gates;
  for (const double rate : {kMega, 2.5 * kMega, 5 * kMega}) {
    Network network(link_of(rate), {flow_of(change)}, 12);
    const Instant from = network.now();
    network.run_for(10s);
    const double took = seconds_until(
        network, from, [&](const auto& s) { return s.targets_bps[0] >= 0.85 * rate; });
    gates.push_back({label("start: seconds to 85 %", rate), took, 0, 1.5});
  }
  return gates;
}

std::vector<Gate> run_step_down_gates(const FlowChange& change) {
  std::vector<Gate> gates;
  for (const Duration queue : {150ms, 500ms, 1000ms}) {
    const double after = 0.5 * kMega;
    Network network(link_of(4 * after, queue), {flow_of(change)}, 13);
    network.run_for(30s);
    const Instant from = network.now();
    network.set_profile(link_of(after, queue));
    network.run_for(20s);
    const std::string name = "a quarter, queue of " + std::to_string(to_ms(queue)) + " ms: ";
    gates.push_back({name + "seconds to 1.1 times the link",
                     seconds_until(network, from,
                                   [&](const auto& s) { return s.targets_bps[0] <= 1.1 * after; }),
                     0, 1.5});
    gates.push_back(
        {name + "seconds to less than 100 ms",
         seconds_until_for_good(network, from, [](const auto& s) { return s.queue < 100ms; }), 0,
         3.5});
  }
  return gates;
}

std::vector<Gate> run_step_up_gates(const FlowChange& change) {
  std::vector<double> took;
  for (std::uint64_t seed = 1; seed <= 7; ++seed) {
    const double before = 0.5 * kMega;
    Network network(link_of(before), {flow_of(change)}, 20 + seed);
    // At another moment between two probes each time.
    network.run_for(20s + seed * 1300ms);
    const Instant from = network.now();
    network.set_profile(link_of(4 * before));
    network.run_for(30s);
    const double seconds = seconds_until(
        network, from, [&](const auto& s) { return s.targets_bps[0] >= 0.85 * 4 * before; });
    took.push_back(seconds < 0 ? 1e3 : seconds);
  }
  std::ranges::sort(took);
  return {{"four times: median seconds to 85 %", took[took.size() / 2], 0, 10},
          {"four times: worst seconds to 85 %", took.back(), 0, 15}};
}

// By chance a burst of losses looks like a link that is full: the median of some seeds.
std::vector<Gate> run_loss_gates(const FlowChange& change) {
  std::vector<Gate> gates;
  const double demand = 1.5 * kMega;
  struct Case {
    std::uint32_t permille;
    double share;
  };
  for (const Case c : {Case{20, 0.9}, Case{100, 0.6}, Case{150, 0.4}}) {
    LinkProfile link = link_of(4 * kMega);
    link.loss_permille = c.permille;
    std::vector<double> shares;
    for (std::uint64_t seed = 1; seed <= 7; ++seed) {
      Network network(link, {flow_of(change, demand)}, seed);
      network.run_for(60s);
      shares.push_back(summarize(network, network.now() - 40s).mean_target_bps / demand);
    }
    std::ranges::sort(shares);
    gates.push_back({"loss of " + std::to_string(c.permille / 10) + " %: share of the demand",
                     std::min(1.0, shares[shares.size() / 2]), c.share, 1});
  }
  return gates;
}

// Beyond a fifth the rate goes down to what audio takes, which goes on.
std::vector<Gate> run_heavy_loss_gates(const FlowChange& change) {
  LinkProfile link = link_of(4 * kMega);
  link.loss_permille = 200;
  Network network(link, {flow_of(change, 1.5 * kMega)}, 14);
  network.run_for(60s);
  const Flow& flow = network.flow();
  const double audio =
      static_cast<double>(flow.audio_received()) / static_cast<double>(flow.audio_sent());
  return {{"loss of 20 %: kbit/s", summarize(network, network.now() - 40s).mean_target_bps / 1000,
           60, 1500},
          {"loss of 20 %: share of audio that arrives", audio, 0.75, 1}};
}

std::vector<Gate> run_sharing_gates(const FlowChange& change) {
  FlowOptions second = flow_of(change);
  second.starts_after = 10s;
  Network network(link_of(3 * kMega), {flow_of(change), second}, 15);
  network.run_for(120s);
  const double one = summarize(network, network.now() - 60s, 0).mean_target_bps;
  const double two = summarize(network, network.now() - 60s, 1).mean_target_bps;
  return {{"two flows: share of the first", one / (one + two), 0.4, 0.6},
          {"two flows: both, of the link", (one + two) / (3 * kMega), 0.8, 1.1}};
}

std::vector<Gate> run_all_gates() {
  std::vector<Gate> all;
  for (const auto run : {run_steady_gates, run_start_gates, run_step_down_gates, run_step_up_gates,
                         run_loss_gates, run_heavy_loss_gates, run_sharing_gates}) {
    const std::vector<Gate> gates = run({});
    all.insert(all.end(), gates.begin(), gates.end());
  }
  return all;
}

}  // namespace confab::sim
