// What a participant says about itself: a raised hand, its name.
#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker asker, SetHand request) {
  Participant& self = *asker.participant;
  const bool is_changed = self.hand_since_ms.has_value() != request.raised;
  if (is_changed) {
    self.hand_since_ms = request.raised ? std::optional(core.unix_ms) : std::nullopt;
  }
  core.reply(origin, HandChanged{self.hand_since_ms});
  if (is_changed) announce_profile(core, *asker.meeting, self);
}

void on(Core& core, const Origin& origin, Asker asker, SetName request) {
  auto name = clean_name(request.name);
  if (!name) return core.refuse(origin, name.error());
  Participant& self = *asker.participant;
  const bool is_changed = self.who.name != *name;
  self.who.name = std::move(*name);
  core.reply(origin, NameChanged{asker.meeting->code, self.who.id, self.who.name,
                                 asker.meeting->tokens.last(self.who.id)});
  if (is_changed) announce_profile(core, *asker.meeting, self);
}

}  // namespace confab::call
