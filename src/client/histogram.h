// Counts of durations in fixed buckets: adding is a few instructions and never allocates, and the
// error of a percentile is at most 1/32 of it. Mergeable, so that each thread keeps its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"

namespace confab::client {

// Microseconds, in 32 linear steps for each power of two. Below 64 µs every microsecond has its own
// bucket; above 2^32 µs (71 minutes) all is one.
class Histogram {
 public:
  // A negative duration counts as zero.
  void add(Duration d);
  void merge(const Histogram& other);
  void clear() { *this = {}; }

  std::uint64_t count() const { return count_; }
  // The smallest duration that at least this share (0 to 1) of the values do not exceed, rounded up
  // to its bucket's end but never above the largest value; zero when empty.
  Duration percentile(double share) const;
  Duration max() const { return std::chrono::microseconds(max_us_); }

 private:
  static constexpr unsigned kStepBits = 5;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr unsigned kValueBits = 32;
  static constexpr std::size_t kBuckets = (kValueBits - kStepBits + 1) * kSteps;

  static std::size_t bucket_of(std::uint64_t us);
  static std::uint64_t end_of(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
};

}  // namespace confab::client
