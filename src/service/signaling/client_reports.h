// What clients reported, added up for /metrics. Loop thread only.
#pragma once

#include <array>
#include <cstdint>

#include "base/error.h"
#include "call/client_report.h"
#include "platform/metrics/exposition.h"
#include "platform/metrics/latency.h"

namespace confab::signaling {

class ClientReports {
 public:
  void take(const call::ClientReport& report);
  // One that was not taken, for that reason.
  void drop(ErrorCode why);
  // Joins that clients gave up, by how far they had come.
  std::uint64_t failures(call::JoinStep step) const;
  void expose(metrics::Exposition& out) const;

 private:
  void expose_joins(metrics::Exposition& out) const;
  void expose_dropped(metrics::Exposition& out) const;

  std::uint64_t taken_ = 0;
  std::uint64_t malformed_ = 0;
  std::uint64_t too_many_ = 0;
  std::uint64_t not_joined_ = 0;
  std::array<metrics::Latency, call::kJoinSteps> steps_{};
  std::array<std::array<std::uint64_t, call::kStepFailures>, call::kJoinSteps> failures_{};
  std::array<std::array<std::uint64_t, 2>, call::kPairTypes> pairs_{};
  std::array<metrics::Latency, call::kInterruptions> mended_{};
  std::uint64_t freezes_ = 0;
  std::uint64_t frozen_ms_ = 0;
  std::uint64_t video_ms_ = 0;
  std::uint64_t concealed_ms_ = 0;
  std::uint64_t audio_ms_ = 0;
};

}  // namespace confab::signaling
