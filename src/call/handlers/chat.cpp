#include <utility>

#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {

namespace {

// Asks the store, or goes on waiting for it: `origin` is answered in time.
void wait_for_store(Core& core, const Origin& origin, SavingChat& line) {
  line.origins.push_back(origin);
  if (line.timer != 0) return;
  line.timer = core.timers.add(core.now + core.options.answer_timeout, ChatLate{line.message.id});
}

// A line that has been said, or is being kept: its answer was lost, and its sender asks again. The
// history is the window in which that is known, over a restart too.
bool is_answered_again(Core& core, const Origin& origin, Asker asker, const SendChat& request) {
  if (!request.id) return false;
  if (asker.meeting->chat.was_removed(*request.id)) {
    core.refuse(origin, ErrorCode::kConflict, "id: a host has deleted this message");
    return true;
  }
  const ChatMessage* said = asker.meeting->find_message(*request.id);
  const auto saving = core.saving.find(*request.id);
  if (!said && saving == core.saving.end()) return false;
  const ChatMessage& found = said ? *said : saving->second.message;
  if (found.from.id != asker.participant->who.id) {
    core.refuse(origin, ErrorCode::kConflict, "id: another message has it");
  } else if (said) {
    core.reply(origin, ChatAccepted{*said});
  } else {
    wait_for_store(core, origin, saving->second);
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
  const bool is_to_leader = recipient && recipient->role >= Role::kCohost;
  if (!asker.participant->permits.chat && !is_to_leader) {
    ++core.totals.requests_forbidden;
    return core.refuse(origin, ErrorCode::kForbidden,
                       "the hosts have turned the chat off; you can write to them");
  }
  if (!recipient && !may_announce(core, *asker.meeting, *asker.participant)) {
    ++core.totals.announcements_refused;
    return core.refuse(origin, ErrorCode::kRateLimited, "too much is going on; wait a second");
  }
  ChatMessage message{request.id.value_or(MessageId::random(core.random)), asker.participant->who,
                      std::nullopt, std::move(*text), core.unix_ms};
  if (recipient) message.to = recipient->who;
  // Kept first, said then: a line on a full disk would be acknowledged and gone with the meeting.
  wait_for_store(core, origin, core.saving[message.id] = SavingChat{{}, message});
  core.actions.emplace_back(
      SaveChat{asker.meeting->room, asker.meeting->code, asker.meeting->id, std::move(message)});
}

void on(Core& core, const Origin& origin, Asker asker, GetChat request) {
  core.reply(origin, asker.meeting->chat.page(asker.participant->who.id, request.before));
}

// What two said to each other is none of a host's business, and of its id nobody else knows. Said
// of as gone when the store has let go of it: it would be back with the next meeting.
void on(Core& core, const Origin& origin, const By& by, DeleteMessage request) {
  const ChatMessage* found = by.meeting->chat.find(request.message);
  if (found && found->to) {
    return core.refuse(origin, ErrorCode::kNotFound, "there is no such message");
  }
  const std::uint64_t number = ++core.last_deletion;
  core.deleting.emplace(number, DeletingMessage{origin, by.meeting->id, request.message});
  core.actions.emplace_back(DropMessage{number, by.meeting->code, request.message});
}

void on(Core& core, MessageDropped event) {
  const auto node = core.deleting.extract(event.number);
  if (node.empty()) return;
  const DeletingMessage& asked = node.mapped();
  if (!event.dropped) return core.refuse(asked.origin, event.dropped.error());
  Meeting* meeting = core.meeting(asked.meeting);
  const bool was_shown = meeting && meeting->chat.remove(asked.message);
  if (!*event.dropped && !was_shown) {
    return core.refuse(asked.origin, ErrorCode::kNotFound, "there is no such message");
  }
  const Asker asker = core.asker(asked.origin.connection);
  if (meeting) {
    core.notify(meeting->connections_except(asker.meeting == meeting ? asker.participant : nullptr),
                ChatDeleted{asked.message});
  }
  core.log.write(LogLevel::kInfo, "message_deleted",
                 {{"meeting", asked.meeting.to_string()},
                  {"message", asked.message.to_string()},
                  {"participant", asker ? asker.participant->who.id.to_string() : ""},
                  {"trace", asked.origin.trace.trace_id()}});
  core.reply(asked.origin, Done{});
}

void on(Core& core, MessageGone event) {
  Meeting* meeting = core.meeting(event.code);
  if (meeting) {
    meeting->chat.remove(event.message);
    core.notify(meeting->connections_except(nullptr), ChatDeleted{event.message});
  }
  core.log.write(LogLevel::kInfo, "message_deleted",
                 {{"meeting", meeting ? meeting->id.to_string() : ""},
                  {"message", event.message.to_string()}});
}

namespace {

// To its sender as well, if that was told that it may be lost.
void post(Core& core, Meeting& meeting, const ChatMessage& message, bool is_late) {
  meeting.chat.add(message, core.options.chat_history);
  const Participant* sender = meeting.find(message.from.id);
  if (!message.to && sender && !is_late) {
    return announce(core, meeting, *sender, ChatPosted{message});
  }
  std::vector<ConnectionId> to;
  if (!message.to) {
    to = meeting.connections_except(is_late ? nullptr : sender);
  } else {
    const Participant* recipient = meeting.find(message.to->id);
    if (recipient && recipient != sender) to.push_back(recipient->connection);
    if (sender && is_late) to.push_back(sender->connection);
  }
  core.notify(std::move(to), ChatPosted{message});
}

}  // namespace

void on(Core& core, ChatSaved event) {
  const auto it = core.saving.find(event.message);
  if (it == core.saving.end()) return;
  const SavingChat asked = std::move(it->second);
  core.saving.erase(it);
  core.timers.cancel(asked.timer);
  for (const Origin& origin : asked.origins) {
    if (event.saved) {
      core.reply(origin, ChatAccepted{asked.message});
    } else {
      core.refuse(origin, event.saved.error());
    }
  }
  Meeting* meeting = core.meeting(event.meeting);
  if (event.saved && meeting) post(core, *meeting, asked.message, asked.origins.empty());
}

void on(Core& core, ChatLate timer) {
  const auto it = core.saving.find(timer.message);
  if (it == core.saving.end()) return;
  it->second.timer = 0;
  for (const Origin& origin : std::exchange(it->second.origins, {})) {
    core.refuse(origin, ErrorCode::kTimeout, "the database did not answer in time");
  }
}

}  // namespace confab::call
