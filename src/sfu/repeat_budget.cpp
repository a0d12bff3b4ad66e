#include "sfu/repeat_budget.h"

#include <algorithm>

namespace confab::sfu {

bool RepeatBudget::take(Instant now, std::size_t bytes, bool is_audio) {
  if (now >= ages_at_) age(now);
  const std::uint64_t allowed = kFloorBytes + media_bytes_ / kShare;
  const std::uint64_t kept = is_audio ? 0 : kAudioBytes;
  if (repeated_bytes_ + bytes + kept > allowed) return false;
  repeated_bytes_ += bytes;
  return true;
}

void RepeatBudget::age(Instant now) {
  const std::int64_t half_lives = (now - ages_at_) / kHalfLife + 1;
  const auto halved = static_cast<unsigned>(std::min<std::int64_t>(half_lives, 63));
  media_bytes_ >>= halved;
  repeated_bytes_ >>= halved;
  ages_at_ += half_lives * kHalfLife;
}

}  // namespace confab::sfu
