// A list from the configuration. Nobody watches over it: who is named is taken to be there, and who
// uses it finds out the rest.
#pragma once

#include <memory>
#include <vector>

#include "platform/discovery/discovery.h"
#include "platform/http/event_loop.h"

namespace confab::discovery {

// The loop must outlive it.
std::unique_ptr<Discovery> make_static_discovery(http::EventLoop& loop,
                                                 std::vector<Instance> instances, Values values);

}  // namespace confab::discovery
