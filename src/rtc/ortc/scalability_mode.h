// "L3T3_KEY": how many spatial and temporal layers one encoding carries (W3C webrtc-svc).
#pragma once

#include <cstdint>
#include <string_view>

namespace confab::ortc {

struct ScalabilityMode {
  std::uint8_t spatial_layers = 1;
  std::uint8_t temporal_layers = 1;
  bool k_svc = false;  // spatial layers lean on each other in key frames only
  bool operator==(const ScalabilityMode&) const = default;
};

// [LS]<1-99>T<1-99>, matched from the start, with an optional _KEY; anything else is 1 x 1.
ScalabilityMode parse_scalability_mode(std::string_view text);

}  // namespace confab::ortc
