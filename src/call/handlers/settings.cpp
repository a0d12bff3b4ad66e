// What a room is: its title, its lobby, its lock, its password, what members may do in it, and who
// leads it. The meeting has it at once; the store keeps it.
#include <utility>

#include "call/announce.h"
#include "call/handlers/handlers.h"
#include "call/handlers/moderation.h"
#include "call/lobby.h"
#include "call/permits.h"
#include "call/rights.h"
#include "call/text.h"

namespace confab::call {
namespace {

// Puts them in force, and tells everybody but `asker`.
void use(Core& core, Meeting& meeting, RoomSettings settings, const std::optional<Who>& by,
         const Participant* asker) {
  if (settings == meeting.settings) return;
  meeting.settings = std::move(settings);
  refresh_all_permits(core, meeting);
  if (!meeting.settings.has_lobby) {
    for (LobbyPlace& place : meeting.lobby) admit_place(core, meeting, place);
  }
  std::vector<ConnectionId> to = meeting.connections_except(asker);
  meeting.announcements.charge(announcement_price(to.size()), core.now);
  core.notify(std::move(to), RoomUpdated{meeting.settings, by});
}

// The last word counts, however long the hash of an earlier one takes.
void forget_hashes(Core& core, MeetingId meeting) {
  std::erase_if(core.password_hashes, [&](const auto& entry) {
    if (entry.second.meeting != meeting) return false;
    core.refuse(entry.second.origin, ErrorCode::kConflict, "another password was set meanwhile");
    return true;
  });
}

// In that meeting still, and still one who may? An operator has shown a key and loses nothing.
bool may_lock_still(Core& core, const HashingPassword& asked) {
  if (!asked.by) return true;
  const Asker asker = core.asker(asked.asker);
  return asker && asker.meeting->id == asked.meeting && asker.participant->who.id == asked.by->id &&
         verdict(Right::kLock, standing_of(asker.participant->role)) == Verdict::kYes;
}

void change(Core& core, const Origin& origin, const By& by, RoomSettings settings) {
  use(core, *by.meeting, std::move(settings), by.who(), by.participant);
  core.actions.emplace_back(SaveSettings{by.meeting->room, by.meeting->code, by.meeting->settings});
  core.reply(origin, SettingsChanged{by.meeting->settings});
}

}  // namespace

void on(Core& core, const Origin& origin, const By& by, SetRoom request) {
  RoomSettings settings = by.meeting->settings;
  if (request.title) {
    auto title = clean_title(*request.title);
    if (!title) return core.refuse(origin, title.error());
    settings.title = std::move(*title);
  }
  settings.has_lobby = request.has_lobby.value_or(settings.has_lobby);
  RoomPermissions& may = settings.permissions;
  may = {request.may_unmute.value_or(may.unmute), request.may_share.value_or(may.share),
         request.may_chat.value_or(may.chat)};
  change(core, origin, by, std::move(settings));
}

void on(Core& core, const Origin& origin, const By& by, SetLock request) {
  RoomSettings settings = by.meeting->settings;
  settings.is_locked = request.is_locked;
  change(core, origin, by, std::move(settings));
}

void on(Core& core, const Origin& origin, const By& by, SetPassword request) {
  forget_hashes(core, by.meeting->id);
  if (request.password.empty() || !request.hash.empty()) {
    RoomSettings settings = by.meeting->settings;
    settings.password_hash = std::move(request.hash);
    return change(core, origin, by, std::move(settings));
  }
  const std::uint64_t number = ++core.last_password;
  core.password_hashes.emplace(
      number, HashingPassword{origin, by.meeting->id, by.who(), origin.connection});
  core.actions.emplace_back(HashPassword{number, origin.connection, std::move(request.password)});
}

void on(Core& core, PasswordHashed event) {
  auto node = core.password_hashes.extract(event.number);
  if (node.empty()) return;
  const HashingPassword asked = std::move(node.mapped());
  Meeting* meeting = core.meeting(asked.meeting);
  if (!event.hash) return core.refuse(asked.origin, event.hash.error());
  if (!meeting) return core.refuse(asked.origin, ErrorCode::kConflict, "the meeting is over");
  if (!may_lock_still(core, asked)) {
    ++core.totals.requests_forbidden;
    return core.refuse(asked.origin, ErrorCode::kForbidden, "you may not do this here any more");
  }
  RoomSettings settings = meeting->settings;
  settings.password_hash = std::move(*event.hash);
  const By by{meeting, asked.by ? core.asker(asked.asker).participant : nullptr, false};
  change(core, asked.origin, by, std::move(settings));
}

void on(Core& core, const Origin& origin, const By& by, SetRole request) {
  Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr) return;
  if (target->is_owner && request.role != Role::kHost) {
    ++core.totals.requests_forbidden;
    return core.refuse(origin, ErrorCode::kForbidden, "the room is theirs");
  }
  core.reply(origin, Done{});
  set_role(core, *by.meeting, *target, request.role);
}

void on(Core& core, RoomChanged event) {
  Meeting* meeting = core.meeting(event.code);
  if (!meeting) return;
  // What the store is reading may be older.
  if (meeting->phase == MeetingPhase::kLoading) {
    meeting->changed_settings = std::move(event.settings);
    return;
  }
  use(core, *meeting, std::move(event.settings), std::nullopt, nullptr);
}

void on(Core& core, RoomUnkept event) {
  Meeting* meeting = core.meeting(event.code);
  if (meeting) tell_leaders(core, *meeting, DecisionsUnkept{event.is_unkept});
}

void on(Core& core, RoomDeleted event) {
  Meeting* meeting = core.meeting(event.code);
  if (!meeting) return;
  refuse_waiting(core, *meeting, {ErrorCode::kNotFound, "there is no such room"});
  dissolve(core, *meeting, MeetingEnded{}, true);
}

}  // namespace confab::call
