// Out: of this meeting, or of the room for good. What that can hold on to is the seat, the browser
// and the identity; against somebody who changes all three help a lock, a lobby, a password.
#include <string>
#include <vector>

#include "call/handlers/handlers.h"
#include "call/handlers/moderation.h"
#include "call/permits.h"

namespace confab::call {
namespace {

// Nobody removes who owns the room, themselves, or somebody above them.
bool may_remove(Core& core, const Origin& origin, const By& by, const Participant& target) {
  if (&target == by.participant) {
    core.refuse(origin, ErrorCode::kInvalidArgument, "participantId: this is you; leave instead");
    return false;
  }
  if (!target.is_owner && (by.is_host || target.role != Role::kHost)) return true;
  ++core.totals.requests_forbidden;
  core.refuse(origin, ErrorCode::kForbidden,
              target.is_owner ? "the room is theirs" : "a host can be removed by a host alone");
  return false;
}

// The seat is remembered for good: what there is to come back to it with is a token of hours. The
// rest of somebody removed only as long as the meeting goes on.
void shut_out(Core& core, Meeting& meeting, const Participant& target, BanId ban) {
  std::vector<std::string> subjects{seat_subject(target.who.id)};
  if (!target.device.empty()) subjects.push_back(device_subject(target.device));
  if (!target.grant.identity.empty()) {
    subjects.push_back(identity_subject(target.grant.identity));
  }
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    RegisterEntry entry{subjects[i], std::nullopt, true, ban, target.who.name, core.unix_ms};
    meeting.people.remember(entry);
    if (i == 0 || ban.is_set()) {
      core.actions.emplace_back(SavePerson{meeting.room, meeting.code, std::move(entry)});
    }
  }
}

// The seat is nobody's any more, and its socket is closed.
void put_out(Core& core, Meeting& meeting, const Participant& target, Removed last_word) {
  if (const TokenIssue* retired = meeting.tokens.retire(target.who.id)) {
    core.actions.emplace_back(SaveToken{meeting.room, meeting.code, *retired});
  }
  core.notify({target.connection}, std::move(last_word));
  // A lost one as well: its socket may come back within the time that Socket.IO gives it.
  core.actions.emplace_back(Disconnect{target.connection});
  remove_participant(core, meeting, target.who.id, LeaveReason::kRemoved);
}

void expel_seat(Core& core, Meeting& meeting, const By& by, Participant& target, BanId ban) {
  core.log.write(LogLevel::kInfo, "participant_removed",
                 {{"meeting", meeting.id.to_string()},
                  {"participant", target.who.id.to_string()},
                  {"by", by.participant ? by.participant->who.id.to_string() : "operator"},
                  {"banned", ban.is_set()},
                  {"trace", core.trace.trace_id()}});
  shut_out(core, meeting, target, ban);
  put_out(core, meeting, target, Removed{ban.is_set(), by.who()});
}

// Theirs, and every other of the same browser or identity: who sits in the room twice does not stay
// by the second seat. Not the asker's own, nor one that the asker could not remove by name.
std::vector<ParticipantId> seats_of(const By& by, const Participant& target) {
  std::vector<ParticipantId> out{target.who.id};
  for (const auto& [id, other] : by.meeting->participants) {
    const bool is_same =
        (!target.device.empty() && other->device == target.device) ||
        (!target.grant.identity.empty() && other->grant.identity == target.grant.identity);
    const bool is_kept = other.get() == &target || other.get() == by.participant ||
                         other->is_owner || (!by.is_host && other->role == Role::kHost);
    if (is_same && !is_kept) out.push_back(id);
  }
  return out;
}

void expel(Core& core, const By& by, const Participant& target, BanId ban) {
  const MeetingId id = by.meeting->id;
  for (const ParticipantId seat : seats_of(by, target)) {
    // The last one takes the meeting along.
    Meeting* meeting = core.meeting(id);
    Participant* seated = meeting ? meeting->find(seat) : nullptr;
    if (seated) expel_seat(core, *meeting, by, *seated, ban);
  }
}

}  // namespace

void on(Core& core, const Origin& origin, const By& by, RemoveParticipant request) {
  const Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr || !may_remove(core, origin, by, *target)) return;
  core.reply(origin, Done{});
  expel(core, by, *target, {});
}

void on(Core& core, const Origin& origin, const By& by, BanParticipant request) {
  const Participant* target = find_target(core, origin, by, request.participant);
  if (target == nullptr || !may_remove(core, origin, by, *target)) return;
  if (by.meeting->people.bans() >= kBansMax) {
    return core.refuse(origin, ErrorCode::kFull, "too many bans in this room; lift some first");
  }
  const BanId ban = BanId::random(core.random);
  core.reply(origin, Banned{ban});
  expel(core, by, *target, ban);
}

// One who waits in the lobby is refused when they come in.
void on(Core& core, GrantRevoked event) {
  const Asker asker = core.asker(event.connection);
  if (!asker) {
    core.actions.emplace_back(Disconnect{event.connection});
    return;
  }
  core.log.write(LogLevel::kInfo, "participant_removed",
                 {{"meeting", asker.meeting->id.to_string()},
                  {"participant", asker.participant->who.id.to_string()},
                  {"by", "revocation"},
                  {"banned", false}});
  put_out(core, *asker.meeting, *asker.participant, Removed{});
}

void on(Core& core, const Origin& origin, const By& by, ListBans) {
  core.reply(origin, BanList{by.meeting->people.newest_bans(kBansListed)});
}

void on(Core& core, const Origin& origin, const By& by, LiftBan request) {
  if (!by.meeting->people.lift(request.ban)) {
    return core.refuse(origin, ErrorCode::kNotFound, "there is no such ban");
  }
  core.actions.emplace_back(DropBan{by.meeting->room, by.meeting->code, request.ban});
  core.reply(origin, Done{});
}

void on(Core& core, const Origin& origin, const By& by, EndMeeting) {
  core.reply(origin, Done{});
  core.log.write(LogLevel::kInfo, "meeting_ended",
                 {{"meeting", by.meeting->id.to_string()}, {"trace", core.trace.trace_id()}});
  // One whose password is still being looked at would keep the meeting, and its media, alive.
  refuse_waiting(core, *by.meeting, {ErrorCode::kConflict, "the meeting was ended"});
  dissolve(core, *by.meeting, MeetingEnded{by.who()}, true);
}

void on(Core& core, const Origin& origin, const By& by, ListPeople) {
  People out;
  for (const Participant* each : by.meeting->in_order()) out.participants.push_back(each->info());
  out.lobby = by.meeting->waiting_list();
  core.reply(origin, std::move(out));
}

}  // namespace confab::call
