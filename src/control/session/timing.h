// How long owners and media nodes wait for each other, and how much they keep.
#pragma once

#include <cstddef>

#include "base/instant.h"

namespace confab::control {

struct LinkTiming {
  Duration beat = 500ms;
  // Silent for so long, a media node is given no new meetings...
  Duration suspect = 1500ms;
  // ...and for so long, either side is taken for dead. Four beats: a loop that stands still for a
  // second, or a network that loses three, is forgiven.
  Duration dead = 2s;
  // After its stream broke, a media node is taken for dead if it has not been reached again: the
  // kernel of a process that ended says so at once, and people are waiting. One that lives answers
  // a new stream within a round trip; it is tried at once and after 100 ms.
  Duration dead_after_break = 250ms;
  Duration reconnect_first = 100ms;
  Duration reconnect_max = 1s;
  // For the answer to a command.
  Duration answer = 3s;
  // Results are kept for so long, for an owner that asks again.
  Duration result_kept = 30s;
  // An owner that has not come back. Its meetings go on meanwhile: nobody in them need notice.
  Duration owner_kept = 15min;
  // The same, when another boot of that node has come: its people join that one by now.
  Duration replaced_kept = 30s;
};

// Commands without an answer, events that were not acknowledged: a second of 200 joins, with five
// commands each. What is more waits too long to be of use.
inline constexpr std::size_t kLinkMessages = 1024;
// Of an owner, for when it asks again: as many as it may be waiting for.
inline constexpr std::size_t kResultsKept = kLinkMessages;
// Signaling nodes of one media node, those that have gone in the last quarter of an hour included.
inline constexpr std::size_t kOwnersMax = 256;

}  // namespace confab::control
