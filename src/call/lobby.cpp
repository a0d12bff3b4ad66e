#include "call/lobby.h"

#include <algorithm>
#include <utility>

#include "base/ip_prefix.h"
#include "call/handlers/handlers.h"

namespace confab::call {
namespace {

void answer(Core& core, const Meeting& meeting, const LobbyPlace& place, const Origin& origin) {
  core.reply(origin, InLobby{meeting.code, meeting.settings.title, place.who, place.knock,
                             meeting.lobby_message});
}

// The connection that waited is not the place's any more.
void release(Core& core, const LobbyPlace& place) {
  const auto it = core.connections.find(place.connection);
  if (it == core.connections.end()) return;
  if (!place.is_connected) {
    core.connections.erase(it);
    return;
  }
  it->second.code.clear();
  it->second.waiting = {};
}

// A join of who waits here that is queued until media is back: it ends with the place, or it would
// seat a connection that is elsewhere by then.
void call_off(Core& core, Meeting& meeting, ConnectionId connection) {
  std::erase_if(meeting.waiting, [&](const WaitingJoin& each) {
    if (each.origin.connection != connection) return false;
    core.refuse(each.origin, ErrorCode::kConflict, "the place in the lobby was given up");
    return true;
  });
}

void bind(Core& core, const Meeting& meeting, LobbyPlace& place, ConnectionId connection) {
  if (place.connection != connection) {
    // As with seats: the newer page is the one that somebody looks at.
    if (place.is_connected && place.connection != ConnectionId{}) {
      core.notify({place.connection}, SessionReplaced{});
      core.actions.emplace_back(Disconnect{place.connection});
    }
    release(core, place);
  }
  place.connection = connection;
  place.is_connected = true;
  Connection& held = core.connections.at(connection);
  held.code = meeting.code;
  held.waiting = place.who.id;
  if (!place.is_admitted) core.timers.cancel(std::exchange(place.timer, 0));
}

std::optional<Error> objection(Core& core, Meeting& meeting, const Join& join) {
  if (!join.alias.empty()) {
    return Error{ErrorCode::kForbidden,
                 "this room has a lobby, for which another app is needed; open its link instead"};
  }
  const auto of_address = std::ranges::count(meeting.lobby, peer_of(join.from), &LobbyPlace::from);
  if (meeting.lobby.size() >= kLobbyMax ||
      std::cmp_greater_equal(of_address, kLobbyPerAddressMax)) {
    return Error{ErrorCode::kFull, "too many people wait to be let in; try again later"};
  }
  if (!meeting.knocks.take(core.now)) {
    ++core.totals.knocks_refused;
    return Error{ErrorCode::kRateLimited, "too many people knock at once; wait a few seconds"};
  }
  return std::nullopt;
}

}  // namespace

LobbyPlace* place_of(Core& core, Meeting& meeting, const Origin& origin, const Join& join) {
  if (LobbyPlace* known = meeting.find_knock(join.knock)) return known;
  return meeting.find_place(core.connections.at(origin.connection).waiting);
}

void tell_leaders(Core& core, Meeting& meeting, Notice notice) {
  std::vector<ConnectionId> to = meeting.leaders();
  meeting.announcements.charge(announcement_price(to.size()), core.now);
  core.notify(std::move(to), std::move(notice));
}

void wait_in_lobby(Core& core, Meeting& meeting, const Origin& origin, const Join& join) {
  // One connection, one place: it shows the knock of another than its own.
  const WaitingId held = core.connections.at(origin.connection).waiting;
  const LobbyPlace* shown = meeting.find_knock(join.knock);
  if (held.is_set() && shown != nullptr && shown->who.id != held) {
    leave_lobby(core, meeting, held, LobbyOutcome::kLeft);
  }
  LobbyPlace* place = place_of(core, meeting, origin, join);
  if (place != nullptr) {
    bind(core, meeting, *place, origin.connection);
    return answer(core, meeting, *place, origin);
  }
  if (const auto error = objection(core, meeting, join)) {
    unbind(core, origin.connection);
    return core.refuse(origin, *error);
  }
  LobbyPlace made;
  made.who = {WaitingId::random(core.random), join.name, core.unix_ms};
  // 128 bits of its own: the id is shown to hosts.
  made.knock = WaitingId::random(core.random).to_string();
  made.from = peer_of(join.from);
  place = &meeting.lobby.emplace_back(std::move(made));
  bind(core, meeting, *place, origin.connection);
  answer(core, meeting, *place, origin);
  tell_leaders(core, meeting, LobbyKnocked{place->who});
}

void admit_place(Core& core, Meeting& meeting, LobbyPlace& place) {
  if (place.is_admitted) return;
  place.is_admitted = true;
  core.timers.cancel(place.timer);
  place.timer = core.timers.add(core.now + core.options.reconnect_grace,
                                LobbyGraceOver{meeting.code, place.who.id});
  core.notify({place.connection}, LobbyAdmitted{});
  tell_leaders(core, meeting, LobbyLeft{place.who.id, LobbyOutcome::kAdmitted});
}

void deny_place(Core& core, Meeting& meeting, const LobbyPlace& place) {
  std::erase_if(meeting.denied, [&](const DeniedKnock& each) { return each.until <= core.now; });
  meeting.denied.push_back({place.knock, core.now + kDeniedFor});
  core.notify({place.connection}, LobbyDenied{});
  leave_lobby(core, meeting, WaitingId(place.who.id), LobbyOutcome::kDenied);
}

bool was_denied(const Core& core, const Meeting& meeting, const Join& join) {
  return !join.knock.empty() && std::ranges::any_of(meeting.denied, [&](const DeniedKnock& each) {
    return each.knock == join.knock && each.until > core.now;
  });
}

void take_from_lobby(Core& core, Meeting& meeting, WaitingId waiting) {
  const auto it =
      std::ranges::find(meeting.lobby, waiting, [](const LobbyPlace& p) { return p.who.id; });
  if (it == meeting.lobby.end()) return;
  core.timers.cancel(it->timer);
  call_off(core, meeting, it->connection);
  release(core, *it);
  meeting.lobby.erase(it);
}

void leave_lobby(Core& core, Meeting& meeting, WaitingId waiting, LobbyOutcome outcome) {
  const LobbyPlace* place = meeting.find_place(waiting);
  if (place == nullptr) return;
  const bool was_listed = !place->is_admitted;
  take_from_lobby(core, meeting, waiting);
  if (was_listed) tell_leaders(core, meeting, LobbyLeft{waiting, outcome});
}

namespace {

struct WaitingThere {
  Meeting* meeting = nullptr;
  LobbyPlace* place = nullptr;
};

WaitingThere find_waiting(Core& core, ConnectionId connection) {
  const auto it = core.connections.find(connection);
  if (it == core.connections.end() || !it->second.waiting.is_set()) return {};
  Meeting* meeting = core.meeting(it->second.code);
  return {meeting, meeting ? meeting->find_place(it->second.waiting) : nullptr};
}

}  // namespace

bool lose_waiting(Core& core, ConnectionId connection) {
  const auto [meeting, place] = find_waiting(core, connection);
  if (place == nullptr) return false;
  place->is_connected = false;
  core.timers.cancel(place->timer);
  place->timer = core.timers.add(core.now + core.options.reconnect_grace,
                                 LobbyGraceOver{meeting->code, place->who.id});
  return true;
}

bool recover_waiting(Core& core, ConnectionId connection) {
  const auto [meeting, place] = find_waiting(core, connection);
  if (place == nullptr) return false;
  place->is_connected = true;
  if (!place->is_admitted) core.timers.cancel(std::exchange(place->timer, 0));
  return true;
}

bool give_up_waiting(Core& core, ConnectionId connection) {
  const auto [meeting, place] = find_waiting(core, connection);
  if (place == nullptr) return false;
  leave_lobby(core, *meeting, place->who.id, LobbyOutcome::kLeft);
  close_if_empty(core, *meeting);
  return true;
}

void on(Core& core, LobbyGraceOver timer) {
  Meeting* meeting = core.meeting(timer.code);
  LobbyPlace* place = meeting ? meeting->find_place(timer.waiting) : nullptr;
  if (place == nullptr) return;
  place->timer = 0;
  leave_lobby(core, *meeting, timer.waiting, LobbyOutcome::kLeft);
  close_if_empty(core, *meeting);
}

}  // namespace confab::call
