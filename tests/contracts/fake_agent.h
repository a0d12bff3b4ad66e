// Plays a Consul agent, as far as platform/discovery asks of one: for where a real one cannot be
// had. On a thread of its own, at a port of 127.0.0.1 that stays the same over stop() and start().
#pragma once

#include <memory>

#include "platform/discovery/discovery_contract.h"

namespace confab::discovery {

std::unique_ptr<Agent> make_fake_agent();

}  // namespace confab::discovery
