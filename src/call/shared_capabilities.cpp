#include "call/shared_capabilities.h"

#include <algorithm>

namespace confab::call {

CapabilitiesPtr SharedCapabilities::share(const ortc::RtpCapabilities& value) {
  for (const auto& remembered : remembered_) {
    if (CapabilitiesPtr held = remembered.lock(); held && *held == value) return held;
  }
  auto copy = std::make_shared<const ortc::RtpCapabilities>(value);
  const auto unused = std::ranges::find_if(remembered_, [](const auto& r) { return r.expired(); });
  if (unused != remembered_.end()) {
    *unused = copy;
  } else {
    remembered_[next_++ % kRemembered] = copy;
  }
  return copy;
}

}  // namespace confab::call
