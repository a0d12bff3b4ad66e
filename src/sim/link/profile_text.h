// The two directions of an emulated link, as text: one "key=value" for each line, for the direction
// a to b as "ab.key", the other as "ba.key", both without a prefix. Lines that begin with # say
// nothing.
//
//   rate      bit/s; 0: as fast as can be       delay     ms
//   queue     ms that may wait                  jitter    ms more, without overtaking
//   policer   bit/s without a queue; 0: none    loss      0 to 1
//   dup       0 to 1                            burst     mean length of a loss, in packets
//   reorder   0 to 1, held back by 15 ms
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "sim/link/link.h"

namespace confab::sim {

struct LinkProfiles {
  LinkProfile ab;
  LinkProfile ba;
};

// The first line that is wrong, in words.
std::expected<LinkProfiles, std::string> parse_profiles(std::string_view text);

}  // namespace confab::sim
