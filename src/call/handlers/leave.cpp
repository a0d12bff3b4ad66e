#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker asker, Leave) {
  core.reply(origin, Done{});
  remove_participant(core, *asker.meeting, asker.participant->who.id, LeaveReason::kLeft);
}

}  // namespace confab::call
