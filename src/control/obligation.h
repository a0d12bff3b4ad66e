// Which requests must be carried out, however late and however much else there is to do.
#pragma once

#include <variant>

#include "control/media.h"

namespace confab::control {

// What takes something away: nobody would ask for it again, and what it left would cost, or be open
// to whoever lost the right to it, until the meeting ends. And who comes in: nothing that follows
// of that person makes sense without it.
inline bool must_be_done(const MediaRequest& request) {
  return std::holds_alternative<CloseMeeting>(request) ||
         std::holds_alternative<CloseTransport>(request) ||
         std::holds_alternative<CloseProducer>(request) ||
         std::holds_alternative<CloseConsumer>(request) || std::holds_alternative<Admit>(request) ||
         std::holds_alternative<SetPermits>(request) || std::holds_alternative<Dismiss>(request);
}

// Nobody waits for its answer any more: it is not begun.
inline bool is_late(Instant now, const MediaCommand& command) {
  return now >= command.deadline && !must_be_done(command.request);
}

}  // namespace confab::control
