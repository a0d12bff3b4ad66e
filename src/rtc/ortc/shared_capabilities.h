// What participants can receive, equal values once: it is what their browser can, so a server full
// of people holds a few different ones, of 6 kB each.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "rtc/ortc/types.h"

namespace confab::ortc {

// shared_ptr because everybody who gave an equal value holds it, and the last to leave frees it.
using CapabilitiesPtr = std::shared_ptr<const RtpCapabilities>;

class SharedCapabilities {
 public:
  // The value that is held already, if it is one of the last kRemembered that differed, else a
  // copy. Whoever sends ever new ones only costs the others the sharing.
  CapabilitiesPtr share(const RtpCapabilities& value);

  // Browsers times platforms that are common; few enough to look through one by one.
  static constexpr std::size_t kRemembered = 16;

 private:
  std::array<std::weak_ptr<const RtpCapabilities>, kRemembered> remembered_;
  std::size_t next_ = 0;
};

}  // namespace confab::ortc
