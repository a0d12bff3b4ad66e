#include "client/sequence_tracker.h"

#include <algorithm>

namespace confab::client {

SequenceTracker::Step SequenceTracker::on_packet(rtp::SeqNo seq) {
  if (!unwrapper_.started()) {
    first_ = unwrapper_.unwrap(seq);
    seen_.set(place(first_));
    return {};
  }
  const std::int64_t before = unwrapper_.highest();
  const std::int64_t at = unwrapper_.unwrap(seq);
  if (at > before) {
    const std::int64_t left_out = at - before - 1;
    // What is between was not seen, whatever stood in its places before.
    for (std::int64_t i = 1; i <= std::min(left_out, kWindow); ++i) seen_.reset(place(before + i));
    seen_.set(place(at));
    return {Step::Kind::kNext, static_cast<std::uint32_t>(left_out)};
  }
  // Before the first nothing was counted as missing, so nothing comes late there. Beyond the window
  // nobody knows: not counted twice is the safer side.
  if (at < first_ || before - at >= kWindow || seen_.test(place(at))) {
    return {Step::Kind::kDuplicate, 0};
  }
  seen_.set(place(at));
  return {Step::Kind::kLate, 0};
}

}  // namespace confab::client
