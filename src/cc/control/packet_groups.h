// Packets that left together, as one: their queueing can only be told from that of the next group.
// A group is what was sent within 5 ms, and also what arrives in one burst, as after a link layer
// that held packets back for a moment.
#pragma once

#include <optional>

#include "base/instant.h"

namespace confab::cc {

class PacketGroups {
 public:
  // How two groups that followed each other were spaced when they left and when they arrived.
  struct Spacing {
    Duration sent{};
    Duration arrived{};
    Duration at{};  // when the later one arrived
  };
  // In the order of arrival. Something when a group is complete, which shows with the first packet
  // of the next.
  std::optional<Spacing> on_packet(Instant sent_at, Duration arrived);

 private:
  static constexpr Duration kSendSpan = 5ms;
  static constexpr Duration kBurstGap = 5ms;
  static constexpr Duration kBurstMax = 100ms;
  // The receiver's clock jumped, or the path did: what came before tells nothing.
  static constexpr Duration kJump = 3s;

  struct Group {
    Instant first_sent{};
    Instant last_sent{};
    Duration first_arrived{};
    Duration last_arrived{};
  };
  bool belongs(Instant sent_at, Duration arrived) const;

  std::optional<Group> current_;
  std::optional<Group> previous_;
};

}  // namespace confab::cc
