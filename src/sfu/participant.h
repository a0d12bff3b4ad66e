// What the transports of one person share. Owned by the Router.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/instant.h"
#include "base/trace_context.h"
#include "control/media.h"
#include "sfu/report_clock.h"

namespace confab::sfu {

struct Participant {
  ParticipantClock clock;
  Duration rtt{};  // as last measured on any of the transports; 0: not yet
  std::uint32_t transports = 0;
  control::Permits permits;
};

struct TransportSetup {
  TransportId id;
  ParticipantId participant;
  control::TransportDirection direction = control::TransportDirection::kSend;
  TraceContext trace = {};  // of the request that it was made for
};

}  // namespace confab::sfu
