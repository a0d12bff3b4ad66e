#include "sfu/timestamp_rewriter.h"

namespace confab::sfu {
namespace {

// What a switch advances at the least: a millisecond, so that two frames never share a timestamp.
constexpr std::int64_t kLeastStepsPerSecond = 1000;

}  // namespace

void TimestampRewriter::switch_to(Instant now, rtp::RtpTime source,
                                  std::optional<rtp::RtpTime> in_previous) {
  if (!started_) {
    started_ = true;
    offset_ = rtp::distance(source, last_out_);
    last_at_ = now;
    return;
  }
  const std::int64_t step = clock_rate_ / kLeastStepsPerSecond;
  const std::int64_t elapsed_us = to_us(now - last_at_);
  rtp::RtpTime target = last_out_ + elapsed_us * clock_rate_ / 1'000'000;
  if (in_previous) target = *in_previous + offset_;
  if (rtp::distance(last_out_, target) < step) target = last_out_ + step;
  offset_ = rtp::distance(source, target);
}

}  // namespace confab::sfu
