#include "client/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace confab::client {

std::size_t Histogram::bucket_of(std::uint64_t us) {
  us = std::min(us, (std::uint64_t{1} << kValueBits) - 1);
  if (us < 2 * kSteps) return static_cast<std::size_t>(us);
  // The highest kStepBits + 1 bits are the step, of which the first is always set.
  const unsigned shift = static_cast<unsigned>(std::bit_width(us)) - (kStepBits + 1);
  return shift * kSteps + static_cast<std::size_t>(us >> shift);
}

std::uint64_t Histogram::end_of(std::size_t bucket) {
  if (bucket < 2 * kSteps) return bucket;
  const std::size_t shift = bucket / kSteps - 1;
  const std::uint64_t step = bucket - shift * kSteps;
  return ((step + 1) << shift) - 1;
}

void Histogram::add(Duration d) {
  const std::int64_t us = std::max<std::int64_t>(to_us(d), 0);
  ++buckets_[bucket_of(static_cast<std::uint64_t>(us))];
  ++count_;
  max_us_ = std::max(max_us_, static_cast<std::uint64_t>(us));
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_us_ = std::max(max_us_, other.max_us_);
}

Duration Histogram::percentile(double share) const {
  if (count_ == 0) return Duration::zero();
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank && seen > 0) {
      return std::chrono::microseconds(std::min(end_of(i), max_us_));
    }
  }
  return max();
}

}  // namespace confab::client
