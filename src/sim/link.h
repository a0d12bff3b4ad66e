// One direction between a client and the server: delay, jitter, loss, duplicates and reordering,
// all drawn from one seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/instant.h"
#include "base/random.h"

namespace confab::sim {

// Shares are in 1/1000, so that no floating point can tell builds apart.
struct LinkProfile {
  Duration delay = 10ms;
  // Up to so much more, without overtaking.
  Duration jitter{};
  std::uint32_t loss_permille = 0;
  std::uint32_t duplicate_permille = 0;
  // These are held back by reorder_by and overtaken.
  std::uint32_t reorder_permille = 0;
  Duration reorder_by = 15ms;
};

class Link {
 public:
  Link(const LinkProfile& profile, std::uint64_t seed) : profile_(profile), random_(seed) {}

  // When the datagram arrives: never, once or twice.
  struct Fate {
    std::array<Instant, 2> arrivals{};
    std::size_t copies = 0;
  };
  Fate send(Instant now);
  void set_profile(const LinkProfile& profile) { profile_ = profile; }
  const LinkProfile& profile() const { return profile_; }

 private:
  bool happens(std::uint32_t permille) {
    return permille > 0 && random_.between(0, 999) < permille;
  }

  LinkProfile profile_;
  SeededRandom random_;
  Instant last_arrival_{};
};

}  // namespace confab::sim
