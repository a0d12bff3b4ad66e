// What a burst sent at a known rate says of the link: how fast it arrived.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"
#include "cc/control/messages.h"

namespace confab::cc {

class ProbeEstimator {
 public:
  void on_cluster(const ProbeCluster& cluster);
  void on_received(const PacketResult& packet);
  // Of the clusters of which something arrived since the last call, the latest that can be judged.
  struct Result {
    double probed_bps = 0;
    double rate_bps = 0;
  };
  std::optional<Result> take();

 private:
  static constexpr std::size_t kClusters = 4;  // under way at a time, and then some

  struct Cluster {
    ProbeCluster asked;
    std::size_t packets = 0;
    std::size_t bytes = 0;
    Instant first_sent{};
    Instant last_sent{};
    std::size_t last_sent_bytes = 0;
    Duration first_arrived{};
    Duration last_arrived{};
    std::size_t first_arrived_bytes = 0;
    bool is_news = false;

    std::optional<double> rate_bps() const;
  };
  std::array<Cluster, kClusters> clusters_{};
  std::size_t next_ = 0;
};

}  // namespace confab::cc
