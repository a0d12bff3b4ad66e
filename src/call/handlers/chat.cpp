#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {

void on(Core& core, const Origin& origin, Asker asker, SendChat request) {
  auto text = clean_chat(request.text, core.options.chat_chars_max);
  if (!text) return core.refuse(origin, text.error());
  const Participant* recipient = nullptr;
  if (request.to) {
    recipient = asker.meeting->find_named(*request.to);
    if (!recipient) {
      return core.refuse(origin, ErrorCode::kNotFound, "there is no such participant");
    }
  }
  ChatMessage message{MessageId::random(core.random), asker.participant->who, std::nullopt,
                      std::move(*text), core.unix_ms};
  if (recipient) message.to = recipient->who;
  asker.meeting->remember(message, core.options.chat_history);
  core.actions.emplace_back(SaveChat{asker.meeting->room, message});
  core.reply(origin, ChatAccepted{message});
  if (!recipient) {
    core.notify(asker.meeting->connections_except(asker.participant), ChatPosted{message});
  } else if (recipient != asker.participant) {
    core.notify({recipient->connection}, ChatPosted{message});
  }
}

}  // namespace confab::call
