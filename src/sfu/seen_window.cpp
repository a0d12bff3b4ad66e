#include "sfu/seen_window.h"

#include <algorithm>

namespace confab::sfu {

bool SeenWindow::insert(std::int64_t seq) {
  if (!started_) {
    started_ = true;
    highest_ = seq;
    seen_.set(index(seq));
    return true;
  }
  if (seq <= highest_ - kPackets) return false;
  if (seq > highest_) {
    const std::int64_t skipped = std::min(seq - highest_, kPackets);
    for (std::int64_t i = 0; i < skipped; ++i) seen_.reset(index(seq - i));
    highest_ = seq;
  }
  if (seen_.test(index(seq))) return false;
  seen_.set(index(seq));
  return true;
}

}  // namespace confab::sfu
