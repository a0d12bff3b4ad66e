#include "call/handlers/gate.h"

#include <algorithm>
#include <utility>

#include "base/ip_prefix.h"
#include "call/handlers/handlers.h"
#include "call/lobby.h"

namespace confab::call {
namespace {

// A place in the lobby that the connection had goes with it.
void refuse(Core& core, Meeting& meeting, const Origin& origin, const Error& error) {
  leave_lobby(core, meeting, core.connections.at(origin.connection).waiting, LobbyOutcome::kLeft);
  unbind(core, origin.connection);
  core.refuse(origin, error);
}

// Each of them may turn out to be wrong: what many connections of one address ask for at once
// counts as if they had asked one after the other.
double being_checked(Core& core, const IpAddress& from) {
  double count = 0;
  for (const auto& [number, id] : core.password_checks) {
    const Meeting* meeting = core.meeting(id);
    if (meeting == nullptr) continue;
    const auto it = std::ranges::find(meeting->checking, number, &CheckingJoin::number);
    if (it == meeting->checking.end()) continue;
    if (peer_of(it->waiting.join.from) == peer_of(from)) ++count;
  }
  return count;
}

// False: it was refused, or the answer comes later.
bool knows_password(Core& core, Meeting& meeting, const Origin& origin, const Join& join) {
  if (meeting.settings.password_hash.empty() || join.is_password_right) return true;
  if (join.password.empty()) {
    refuse(core, meeting, origin, {ErrorCode::kUnauthenticated, "this room has a password"});
    return false;
  }
  const double may_be_wrong =
      kWrongPasswordRate.burst - core.wrong_passwords.taken(join.from, core.now);
  if (may_be_wrong < 1 + being_checked(core, join.from)) {
    ++core.totals.passwords_refused;
    refuse(core, meeting, origin,
           {ErrorCode::kRateLimited,
            may_be_wrong < 1 ? "too many wrong passwords; wait a minute"
                             : "too many passwords at once; try again in a few seconds"});
    return false;
  }
  const std::uint64_t number = ++core.last_password;
  core.connections.at(origin.connection).code = meeting.code;
  meeting.checking.push_back({number, {origin, join}});
  core.password_checks.emplace(number, meeting.id);
  core.actions.emplace_back(CheckPassword{number, meeting.settings.password_hash, join.password});
  return false;
}

}  // namespace

bool owns(const Meeting& meeting, const Join& join) {
  // A room of somebody who signs in is theirs by that alone: a key would outlive their sign-out.
  if (!meeting.owner_identity.empty()) {
    return join.grant && join.grant->identity == meeting.owner_identity;
  }
  // Both are hashes of 256 bits of chance: how far they agree tells nobody anything.
  if (!meeting.host_key_hash.empty()) return join.host_key_hash == meeting.host_key_hash;
  return join.is_host;
}

bool is_shut_out(const Meeting& meeting, const Join& join) {
  if (owns(meeting, join)) return false;
  const bool is_by_seat =
      join.resume && meeting.people.is_out(seat_subject(join.resume->participant));
  const bool is_by_device =
      !join.device.empty() && meeting.people.is_out(device_subject(join.device));
  const bool is_by_identity = join.grant && !join.grant->identity.empty() &&
                              meeting.people.is_out(identity_subject(join.grant->identity));
  return is_by_seat || is_by_device || is_by_identity;
}

Role role_at_the_door(const Meeting& meeting, const Join& join) {
  if (owns(meeting, join)) return Role::kHost;
  // What a host decided goes before what a token says: it is newer.
  if (join.grant && !join.grant->identity.empty()) {
    const auto given = meeting.people.role_of(identity_subject(join.grant->identity));
    if (given) return *given;
  }
  if (join.resume) {
    const auto given = meeting.people.role_of(seat_subject(join.resume->participant));
    if (given) return *given;
  }
  if (join.grant && join.grant->is_room_admin) return Role::kHost;
  return join.grant && join.grant->role ? *join.grant->role : Role::kMember;
}

bool may_enter(Core& core, Meeting& meeting, const Origin& origin, const Join& join,
               bool is_removed) {
  if (owns(meeting, join)) return true;
  if (is_removed) {
    refuse(core, meeting, origin, {ErrorCode::kForbidden, "you were removed from this room"});
    return false;
  }
  const bool is_host = role_at_the_door(meeting, join) == Role::kHost;
  // Who has been here before may come back: after a restart they all do at once.
  if (is_host || join.resume) return true;
  if (was_denied(core, meeting, join)) {
    refuse(core, meeting, origin, {ErrorCode::kForbidden, "a host did not let you in"});
    return false;
  }
  // Who knocked before the room was locked, or had a password, waits on.
  if (const LobbyPlace* place = place_of(core, meeting, origin, join)) {
    if (place->is_admitted) {
      take_from_lobby(core, meeting, place->who.id);
      return true;
    }
    wait_in_lobby(core, meeting, origin, join);
    return false;
  }
  if (meeting.settings.is_locked) {
    refuse(core, meeting, origin,
           {ErrorCode::kForbidden, "the room is locked; ask a host to open it"});
    return false;
  }
  if (!knows_password(core, meeting, origin, join)) return false;
  const bool need_not_wait = join.grant && join.grant->bypasses_lobby;
  if (!meeting.settings.has_lobby || need_not_wait) return true;
  wait_in_lobby(core, meeting, origin, join);
  return false;
}

void on(Core& core, PasswordChecked event) {
  const auto asked = core.password_checks.extract(event.number);
  if (asked.empty()) return;
  Meeting* meeting = core.meeting(asked.mapped());
  if (!meeting) return;
  const auto it = std::ranges::find(meeting->checking, event.number, &CheckingJoin::number);
  if (it == meeting->checking.end()) return;
  WaitingJoin waiting = std::move(it->waiting);
  meeting->checking.erase(it);
  const bool is_right = event.is_right && *event.is_right;
  if (is_right) {
    waiting.join.is_password_right = true;
    enter(core, *meeting, std::move(waiting));
  } else if (!event.is_right) {
    refuse(core, *meeting, waiting.origin, event.is_right.error());
  } else {
    core.wrong_passwords.take(waiting.join.from, core.now);
    refuse(core, *meeting, waiting.origin,
           {ErrorCode::kUnauthenticated, "this is not the password"});
  }
  close_if_empty(core, *meeting);
}

}  // namespace confab::call
