#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker asker, Leave) {
  core.reply(origin, Done{});
  // Gone for good: what it holds to come back with is worth nothing any more.
  if (const TokenIssue* retired = asker.meeting->tokens.retire(asker.participant->who.id)) {
    core.actions.emplace_back(SaveToken{asker.meeting->room, asker.meeting->code, *retired});
  }
  remove_participant(core, *asker.meeting, asker.participant->who.id, LeaveReason::kLeft);
}

}  // namespace confab::call
