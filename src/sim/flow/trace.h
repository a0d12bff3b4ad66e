// What went into congestion control and what came out, as lines of text: a call that was recorded
// can be looked at again, and must give the same again. Times are ns since the start of the clock.
//
//   S at seq bytes kind probe           a packet was sent
//   F at base count n (seq arrived)*n   feedback came
//   R at rtt                            a receiver report came
//   D at now next ideal                 the demand changed
//   T at                                a deadline passed
//   U target state cause probes         the update that followed
#pragma once

#include <string>
#include <string_view>

#include "base/instant.h"
#include "cc/control/controller.h"

namespace confab::sim::trace {

void add_sent(std::string& out, const cc::SentPacket& packet);
void add_feedback(std::string& out, Instant now, const cc::Feedback& feedback);
void add_rtt(std::string& out, Instant now, Duration rtt);
void add_demand(std::string& out, Instant now, const cc::Demand& demand);
void add_timeout(std::string& out, Instant now);
void add_update(std::string& out, const cc::Update& update);

// The same with the updates of a new controller instead of those recorded.
std::string replay(const std::string& recorded);

}  // namespace confab::sim::trace
