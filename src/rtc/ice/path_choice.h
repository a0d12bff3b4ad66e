// On which of its paths a peer is sent to. Where it wants to be is what its checks say
// (Nomination); but a check can be copied and sent again from somewhere else, and who knows the
// password can send one from an address that is not its own. Part of IceLite.
//
//   - A path is proven by media that only the peer can have made (SRTP, SRTCP, the end of its DTLS
//     handshake), since a packet of those counts once.
//   - From a path that was never proven one goes wherever the peer wants.
//   - A proven path from which such media came within the last second is left for an unproven one
//     only on trial, and trials are few: what came from the old path meanwhile ends it, what
//     comes from the new one settles it. A peer whose address changed is thus at its new one with
//     its first check, and a forger gets as much as is sent until the peer's next packet.
//   - Media that come from another path while none come from this one any more: the peer is there.
#pragma once

#include <optional>

#include "base/allowance.h"
#include "base/instant.h"
#include "base/net.h"
#include "rtc/ice/path_table.h"

namespace confab::ice {

class PathChoice {
 public:
  // Where to send, where the peer wants to be, and what was left on trial.
  const std::optional<Path>& selected() const { return selected_; }
  const std::optional<Path>& wanted() const { return wanted_; }
  const std::optional<Path>& home() const { return home_; }

  // The peer's checks say that it wants to be there.
  void want(Instant now, const PathEntry& entry, const PathTable& paths);
  // A check on the path that was left on trial still nominates it.
  void on_check_at_home(Instant now);
  // Media of the peer came on it.
  void on_authentic(Instant now, PathEntry& entry, const PathTable& paths);
  // Paths have gone from the table.
  void forget_lost(const PathTable& paths);
  bool is_consistent(const PathTable& paths) const;

 private:
  // Media flow every 20 to 100 ms, and whoever receives them reports as often (transport-wide
  // feedback); without it a receiver's reports are a second apart and more.
  static constexpr Duration kAlive = 1s;
  // The last packets from before a move may come after the first from behind it.
  static constexpr Duration kMoved = 250ms;
  static constexpr int kTrialsAtOnce = 3;
  static constexpr Duration kTrialInterval = 10s;
  // For so long after a trial failed the next is one of those few, however quiet the peer is.
  static constexpr Duration kWary = 60s;

  bool may_try(Instant now, const PathEntry& from);
  void return_home(Instant now);

  std::optional<Path> selected_;
  std::optional<Path> wanted_;
  std::optional<Path> home_;
  Allowance trials_{kTrialsAtOnce, kTrialInterval};
  std::optional<Instant> failed_at_;  // of the last trial that did
};

}  // namespace confab::ice
