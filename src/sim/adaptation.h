// What a participant sees and hears behind a link that does not carry everything: a publisher with
// layers as a browser makes them, the real shard, and a receiver whose link changes. The second
// table of docs/bwe.md. The same seeds give the same values.
#pragma once

#include <string>
#include <vector>

#include "base/instant.h"
#include "sim/flow/gates.h"
#include "sim/link/link.h"

namespace confab::sim {

// What became of the picture and of the voice between two moments.
struct Seen {
  double frames_per_second = 0;
  double freezes = 0;
  double longest_gap_s = 0;
  double audio_lost = 0;  // a share
  double layer = 0;       // the mean of what was shown, 0 to 2
};

struct AdaptationOptions {
  std::uint64_t seed = 1;
  // Otherwise the receiver reports nothing, and is sent everything.
  bool adapts = true;
};

// 2.1 Mbit/s in three layers (0.15, 0.5 and 1.5, each at 7.5, 15 and 30 frames) and a voice.
// `down`: the receiver's link; seen from 10 s on for 20 s.
Seen watch(const LinkProfile& down, const AdaptationOptions& options = {});

// 20 s at the first, 20 s at a quarter of it, 20 s at the first again.
struct Steps {
  Seen fallen;             // the 10 s from the fall on
  double top_again_s = 0;  // after the rate came back
};
Steps watch_steps(const LinkProfile& down, const AdaptationOptions& options = {});

std::vector<Gate> run_adaptation_gates();

}  // namespace confab::sim
