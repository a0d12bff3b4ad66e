// A join: from the code of a room to a place in its meeting. The same door for the first time, for
// a socket that came back, for a reloaded page and for a restarted server.
#include <algorithm>

#include "call/handlers/handlers.h"
#include "call/text.h"

namespace confab::call {
namespace {

// Puts code and name in order, or says what is wrong with them.
std::optional<Error> prepare(Join& join) {
  const auto code = normalize_room_code(join.room);
  // What cannot be a code is the code of no room.
  if (!code) return Error{ErrorCode::kNotFound, "there is no such room"};
  join.room = *code;
  if (join.resume && join.resume->room != join.room) join.resume.reset();
  join.is_nameless = join.name.empty();
  if (join.is_nameless && join.resume) join.name = join.resume->name;
  auto name = clean_name(join.name);
  if (!name) return name.error();
  join.name = std::move(*name);
  return std::nullopt;
}

// A second join while the first waits for the meeting would be a second person.
bool is_queued(const Meeting* meeting, ConnectionId connection) {
  return meeting != nullptr && std::ranges::any_of(meeting->waiting, [&](const WaitingJoin& each) {
           return each.origin.connection == connection;
         });
}

// Once per connection, but for one that Socket.IO recovered and that asks for its state again.
bool may_join(Core& core, const Origin& origin, const Join& join) {
  const Connection& connection = core.connections.at(origin.connection);
  if (connection.code.empty()) return true;
  // From the lobby: to come in, or to see where one stands.
  if (connection.waiting.is_set()) {
    return connection.code == join.room && !is_queued(core.meeting(join.room), origin.connection);
  }
  const bool is_again = connection.participant.is_set() && connection.code == join.room &&
                        join.resume && join.resume->participant == connection.participant;
  return is_again && core.meeting(join.room)->tokens.accepts(*join.resume, join.attempt);
}

Meeting* begin_meeting(Core& core, const std::string& code) {
  if (core.meetings.size() >= core.options.meetings_max) return nullptr;
  auto meeting =
      std::make_unique<Meeting>(meeting_announcement_rate(core.options.participants_max), core.now);
  meeting->code = code;
  meeting->id = MeetingId::random(core.random);
  meeting->timer = core.timers.add(core.now + core.options.answer_timeout, StoreLate{code});
  core.codes.emplace(meeting->id, code);
  core.actions.emplace_back(LoadRoom{code});
  return core.meetings.emplace(code, std::move(meeting)).first->second.get();
}

}  // namespace

void on_join(Core& core, const Origin& origin, Join join) {
  if (const auto error = prepare(join)) return core.refuse(origin, *error);
  if (!may_join(core, origin, join)) {
    return core.refuse(origin, ErrorCode::kConflict, "this connection is in a meeting already");
  }
  Meeting* meeting = core.meeting(join.room);
  if (!meeting) meeting = begin_meeting(core, join.room);
  if (!meeting)
    return core.refuse(origin, ErrorCode::kFull, "the server has no room for another meeting");
  if (meeting->phase != MeetingPhase::kOpen &&
      core.connections.at(origin.connection).participant.is_set()) {
    return core.refuse(origin, ErrorCode::kUnavailable, "media is being set up anew; try again");
  }
  enter(core, *meeting, {origin, std::move(join)});
  // Who was refused may have been the last one in its lobby.
  close_if_empty(core, *meeting);
}

void enter(Core& core, Meeting& meeting, WaitingJoin waiting) {
  if (meeting.phase == MeetingPhase::kOpen) {
    return admit(core, meeting, waiting.origin, std::move(waiting.join));
  }
  core.connections.at(waiting.origin.connection).code = meeting.code;
  meeting.waiting.push_back(std::move(waiting));
}

}  // namespace confab::call
