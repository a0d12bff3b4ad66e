// Which of a simulcast producer's streams a consumer is sent, as long as nothing measures what its
// receiver can take: the highest that is alive and not above the one preferred.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace confab::sfu {

// `alive` has one entry for each encoding, lowest first. Where none below is alive, the lowest
// above the preferred is better than nothing. Nothing when no layer is alive.
template <typename IsAlive>
std::optional<std::uint8_t> choose_layer(std::uint8_t preferred, std::uint8_t layers,
                                         IsAlive&& is_alive) {
  for (int i = preferred < layers ? preferred : layers - 1; i >= 0; --i) {
    if (is_alive(static_cast<std::uint8_t>(i))) return static_cast<std::uint8_t>(i);
  }
  for (int i = preferred + 1; i < layers; ++i) {
    if (is_alive(static_cast<std::uint8_t>(i))) return static_cast<std::uint8_t>(i);
  }
  return std::nullopt;
}

}  // namespace confab::sfu
