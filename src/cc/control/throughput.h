// At which rate packets were seen to arrive: over a second at least, so that one late burst says
// little, and never more than was sent. (goog_cc's robust throughput estimator.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.h"

namespace confab::cc {

class Throughput {
 public:
  // In the order of arrival.
  void on_received(Instant sent_at, Duration arrived, std::size_t bytes);
  // Bits per second; nothing before enough arrived.
  std::optional<double> rate_bps() const;

 private:
  static constexpr std::size_t kPacketsMax = 500;
  static constexpr std::size_t kSlots = 512;  // a power of two above that
  static constexpr std::size_t kPacketsMin = 20;
  static constexpr std::size_t kPacketsNeeded = 10;
  static constexpr Duration kSpanMin = 1s;
  static constexpr Duration kSpanMax = 5s;

  struct Packet {
    Duration arrived{};
    Instant sent_at{};
  };
  bool oldest_is_over() const;
  const Packet& at(std::uint32_t i) const { return packets_[i % kSlots]; }

  // In parallel, so that what is looked through for each feedback is small.
  std::array<Packet, kSlots> packets_;
  std::array<std::uint32_t, kSlots> gap_us_;  // since the one that arrived before it
  std::array<std::uint16_t, kSlots> bytes_;
  std::uint32_t first_ = 0;
  std::uint32_t end_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace confab::cc
