// How long the media plane took for each kind of command, wherever it runs: what a media node's
// stream of gRPC carries. Loop thread only.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <variant>

#include "base/instant.h"
#include "control/media.h"
#include "platform/metrics/exposition.h"
#include "platform/metrics/latency.h"

namespace confab::signaling {

class MediaTimes {
 public:
  void sent(const control::MediaCommand& command, Instant now);
  void completed(const control::MediaCompletion& completion, Instant now);
  void expose(metrics::Exposition& out) const;

 private:
  static constexpr std::size_t kKinds = std::variant_size_v<control::MediaRequest>;

  struct Kind {
    std::uint64_t done = 0;
    std::uint64_t refused = 0;
    std::uint64_t late = 0;  // not in time, or nobody was there to do it
    metrics::Latency latency;
  };
  struct Sent {
    std::size_t kind = 0;
    Instant at{};
  };

  std::array<Kind, kKinds> kinds_{};
  std::unordered_map<control::RequestId, Sent> sent_;  // each is completed exactly once
};

}  // namespace confab::signaling
