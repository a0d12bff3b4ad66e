#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {

namespace {

// A line that has been said: its answer was lost, and its sender asks again. The history is the
// window in which that is known, over a restart too.
bool is_answered_again(Core& core, const Origin& origin, Asker asker, const SendChat& request) {
  const ChatMessage* said = request.id ? asker.meeting->find_message(*request.id) : nullptr;
  if (!said) return false;
  if (said->from.id == asker.participant->who.id) {
    core.reply(origin, ChatAccepted{*said});
  } else {
    core.refuse(origin, ErrorCode::kConflict, "id: another message has it");
  }
  return true;
}

}  // namespace

void on(Core& core, const Origin& origin, Asker asker, SendChat request) {
  if (is_answered_again(core, origin, asker, request)) return;
  auto text = clean_chat(request.text, core.options.chat_chars_max);
  if (!text) return core.refuse(origin, text.error());
  const Participant* recipient = nullptr;
  if (request.to) {
    recipient = asker.meeting->find_named(*request.to);
    if (!recipient) {
      return core.refuse(origin, ErrorCode::kNotFound, "there is no such participant");
    }
  }
  if (!recipient && !may_announce(core, *asker.meeting, *asker.participant)) {
    ++core.totals.announcements_refused;
    return core.refuse(origin, ErrorCode::kRateLimited, "too much is going on; wait a second");
  }
  ChatMessage message{request.id.value_or(MessageId::random(core.random)), asker.participant->who,
                      std::nullopt, std::move(*text), core.unix_ms};
  if (recipient) message.to = recipient->who;
  asker.meeting->chat.add(message, core.options.chat_history);
  core.actions.emplace_back(SaveChat{asker.meeting->room, message});
  core.reply(origin, ChatAccepted{message});
  if (!recipient) {
    announce(core, *asker.meeting, *asker.participant, ChatPosted{message});
  } else if (recipient != asker.participant) {
    core.notify({recipient->connection}, ChatPosted{message});
  }
}

void on(Core& core, const Origin& origin, Asker asker, GetChat request) {
  core.reply(origin, asker.meeting->chat.page(asker.participant->who.id, request.before));
}

}  // namespace confab::call
