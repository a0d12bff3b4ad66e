#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker asker, GetState) {
  core.reply(origin, asker.meeting->state_for(*asker.participant));
}

}  // namespace confab::call
