#include "cc/control/probe_estimator.h"

#include <algorithm>

namespace confab::cc {
namespace {

constexpr double kReceivedMin = 0.8;
constexpr Duration kSpanMax = 1s;
// Faster than this it can not have arrived, but bunched up by something on the way.
constexpr double kReceiveBySendMax = 2;
// Clearly slower than it was sent, the link was full: a little less than that is what it carries.
constexpr double kSaturated = 0.9;
constexpr double kOfSaturated = 0.95;

}  // namespace

void ProbeEstimator::on_cluster(const ProbeCluster& cluster) {
  clusters_[next_++ % kClusters] = {.asked = cluster};
}

void ProbeEstimator::on_received(const PacketResult& packet) {
  const auto at =
      std::ranges::find_if(clusters_, [&](const Cluster& c) { return c.asked.id == packet.probe; });
  if (packet.probe == kNoProbe || at == clusters_.end()) return;
  Cluster& c = *at;
  if (c.packets == 0 || packet.sent_at < c.first_sent) c.first_sent = packet.sent_at;
  if (c.packets == 0 || packet.sent_at >= c.last_sent) {
    c.last_sent = packet.sent_at;
    c.last_sent_bytes = packet.bytes;
  }
  if (c.packets == 0 || packet.arrived < c.first_arrived) {
    c.first_arrived = packet.arrived;
    c.first_arrived_bytes = packet.bytes;
  }
  c.last_arrived = c.packets == 0 ? packet.arrived : std::max(c.last_arrived, packet.arrived);
  ++c.packets;
  c.bytes += packet.bytes;
  c.is_news = true;
}

std::optional<ProbeEstimator::Result> ProbeEstimator::take() {
  std::optional<Result> latest;
  for (std::size_t i = 0; i < kClusters; ++i) {
    Cluster& c = clusters_[(next_ + i) % kClusters];
    if (!c.is_news) continue;
    c.is_news = false;
    if (const auto rate = c.rate_bps()) latest = Result{c.asked.rate_bps, *rate};
  }
  return latest;
}

std::optional<double> ProbeEstimator::Cluster::rate_bps() const {
  const auto enough = [](std::size_t got, std::size_t wanted) {
    return static_cast<double>(got) >= kReceivedMin * static_cast<double>(wanted);
  };
  if (!enough(packets, asked.packets_min) || !enough(bytes, asked.bytes_min)) return std::nullopt;
  const Duration sent_in = last_sent - first_sent;
  const Duration arrived_in = last_arrived - first_arrived;
  if (sent_in <= Duration::zero() || sent_in > kSpanMax || arrived_in <= Duration::zero() ||
      arrived_in > kSpanMax) {
    return std::nullopt;
  }
  // What was sent last, or arrived first, took none of the time.
  const double sent = static_cast<double>(bytes - last_sent_bytes) * 8 / to_seconds(sent_in);
  const double received =
      static_cast<double>(bytes - first_arrived_bytes) * 8 / to_seconds(arrived_in);
  if (received > kReceiveBySendMax * sent) return std::nullopt;
  return received < kSaturated * sent ? kOfSaturated * received : std::min(sent, received);
}

}  // namespace confab::cc
