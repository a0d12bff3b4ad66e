// File descriptors are a limit of the process: who accepts connections has to live with "no more".
#pragma once

#include <cstddef>

#include "engine/fd.h"

namespace confab::engine {

// Raises what this process may open to what it is allowed to (RLIMIT_NOFILE, soft to hard): a shell
// gives 1,024, which idle connections from a few addresses would fill. Once, at start; nothing here
// uses select(2), for whose sake the soft limit is low.
void raise_descriptor_limit();
// How many this process may have open.
std::size_t descriptor_limit();

// Whether accept(2) failed for want of something of this machine, and will fail again.
bool is_out_of_resources(int error);

// One descriptor kept back, to tell those who wait that they are not served: without it they stay
// in the listener's queue, which wakes the loop again and again.
class ReserveDescriptor {
 public:
  ReserveDescriptor() { reopen(); }

  // Takes one who waits and closes the connection. False if there was nothing to do it with.
  bool refuse_one(int listener);

 private:
  bool reopen();

  Fd fd_;
};

}  // namespace confab::engine
