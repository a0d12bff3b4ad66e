#include "rtc/ortc/shared_capabilities.h"

#include <algorithm>

namespace confab::ortc {

CapabilitiesPtr SharedCapabilities::share(const RtpCapabilities& value) {
  for (const auto& remembered : remembered_) {
    if (CapabilitiesPtr held = remembered.lock(); held && *held == value) return held;
  }
  auto copy = std::make_shared<const RtpCapabilities>(value);
  const auto unused = std::ranges::find_if(remembered_, [](const auto& r) { return r.expired(); });
  if (unused != remembered_.end()) {
    *unused = copy;
  } else {
    remembered_[next_++ % kRemembered] = copy;
  }
  return copy;
}

}  // namespace confab::ortc
