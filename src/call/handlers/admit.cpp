// What being let in means: a place in the meeting, the old one if the token says so, and an answer
// with everything a newcomer must know.
#include <algorithm>
#include <utility>

#include "base/ip_prefix.h"
#include "call/announce.h"
#include "call/handlers/gate.h"
#include "call/handlers/handlers.h"
#include "call/lobby.h"
#include "call/permits.h"

namespace confab::call {
namespace {

// Does the address have a place left of its share? Lost ones in their grace count: they are the
// ghosts.
bool has_share(const Core& core, const Meeting& meeting, const IpAddress& from) {
  const auto held = std::ranges::count_if(
      meeting.participants, [&](const auto& entry) { return entry.second->from == peer_of(from); });
  return std::cmp_less(held, core.options.participants_per_address_max);
}

JoinedMeeting describe(const Meeting& meeting, const Participant& self, bool resumed) {
  JoinedMeeting out;
  out.meeting = meeting.id;
  out.resumed = resumed;
  out.token_generation = meeting.tokens.last(self.who.id);
  out.state = meeting.state_for(self);
  return out;
}

void list_kept_media(const Participant& self, Meeting& meeting, JoinedMeeting& out) {
  out.media_kept = true;
  for (const auto& [id, transport] : self.transports) {
    out.own_transports.push_back({id, transport.is_send});
  }
  for (const auto& [id, consumer] : self.consumers) {
    const Participant* publisher = meeting.publisher_of(consumer.producer);
    out.own_consumers.push_back({id, consumer.producer, consumer.paused,
                                 publisher->producers.at(consumer.producer).paused});
  }
}

// Answers a join; with transports, once both are there.
void answer(Core& core, Meeting& meeting, Participant& self, const Origin& origin, const Join& join,
            bool resumed, bool media_kept) {
  if (join.wants_transports && !media_kept) {
    auto progress = std::make_shared<JoinInProgress>(JoinInProgress{origin, resumed, 2, {}, {}});
    self.transports_in_flight += 2;
    for (const auto direction :
         {control::TransportDirection::kSend, control::TransportDirection::kReceive}) {
      core.ask_media(
          meeting, &self, control::CreateTransport{self.who.id, direction},
          MakingJoinTransport{progress, direction == control::TransportDirection::kSend});
    }
    return;
  }
  JoinedMeeting result = describe(meeting, self, resumed);
  if (media_kept) list_kept_media(self, meeting, result);
  core.reply(origin, std::move(result));
}

void take_over_connection(Core& core, Participant& self, ConnectionId connection) {
  if (self.connection != connection) {
    if (self.is_connected) {
      // The newer one wins: it is the one that somebody looks at.
      core.notify({self.connection}, SessionReplaced{});
      core.actions.emplace_back(Disconnect{self.connection});
    }
    // What it has said counts, whatever it speaks through.
    core.connections.at(connection).announcements =
        core.connections.at(self.connection).announcements;
    release_connection(core, self);
  }
  core.timers.cancel(std::exchange(self.grace_timer, 0));
  self.connection = connection;
}

// Whoever shows what makes the room theirs leads it from then on. True if that is new.
bool become_owner(Core& core, Meeting& meeting, Participant& self, const Join& join) {
  if (!owns(meeting, join)) return false;
  self.is_owner = true;
  if (self.role == Role::kHost) return false;
  self.role = Role::kHost;
  remember_role(core, meeting, self);
  return true;
}

void resume(Core& core, Meeting& meeting, Participant& self, const Origin& origin,
            const Join& join) {
  take_over_connection(core, self, origin.connection);
  const bool was_lost = !std::exchange(self.is_connected, true);
  const bool is_renamed = self.who.name != join.name;
  self.who.name = join.name;
  self.who.alias = join.alias;
  if (join.grant) self.grant = *join.grant;
  if (!join.device.empty()) self.device = join.device;
  const bool is_promoted = become_owner(core, meeting, self, join);
  refresh_permits(core, meeting, self);
  if (join.rtp_capabilities) {
    learn_capabilities(core, self, *join.rtp_capabilities);
  }
  const bool media_kept = join.keep_media && !self.transports.empty();
  if (!media_kept) drop_media(core, meeting, self);
  answer(core, meeting, self, origin, join, true, media_kept);
  if (was_lost) announce_connection(core, meeting, self);
  if (is_renamed || is_promoted) announce_profile(core, meeting, self);
}

// Those who come back by their socket id alone have none.
void issue_token(Core& core, Meeting& meeting, const Participant& self, const Join& join) {
  if (!self.who.alias.empty()) return;
  const std::uint64_t shown = join.resume ? join.resume->generation : 0;
  core.actions.emplace_back(SaveToken{meeting.room, meeting.code,
                                      meeting.tokens.issue(self.who.id, shown, join.attempt)});
}

Participant& seat(Core& core, Meeting& meeting, const Origin& origin, const Join& join) {
  auto self = std::make_unique<Participant>();
  self->who.id = join.resume ? join.resume->participant : ParticipantId::random(core.random);
  self->who.alias = join.alias;
  self->who.name = join.name;
  self->role = role_at_the_door(meeting, join);
  self->is_owner = owns(meeting, join);
  if (join.grant) self->grant = *join.grant;
  self->device = join.device;
  self->permits = permits_of(meeting.settings.permissions, *self);
  self->attempt = join.attempt;
  self->order = ++core.last_order;
  self->joined_at_ms = core.unix_ms;
  self->connection = origin.connection;
  self->from = peer_of(join.from);
  self->media_epoch = ++core.last_media_epoch;
  if (join.rtp_capabilities) {
    learn_capabilities(core, *self, *join.rtp_capabilities);
  }
  Participant& seated = *self;
  meeting.participants.emplace(seated.who.id, std::move(self));
  if (seated.role >= Role::kCohost) remember_role(core, meeting, seated);
  return seated;
}

// Why a join cannot be granted. Who has been here before may always come back: after a restart they
// all do at once.
std::optional<Error> objection(Core& core, Meeting& meeting, Connection& connection,
                               const Join& join) {
  if (join.grant && !join.grant->room.empty() && join.grant->room != meeting.code) {
    return Error{ErrorCode::kForbidden, "this token is for another room"};
  }
  if (join.is_nameless && !join.resume) {
    return Error{ErrorCode::kInvalidArgument, "name: is empty"};
  }
  if (meeting.participants.size() >= core.options.participants_max) {
    return Error{ErrorCode::kFull, "the room is full"};
  }
  if (!has_share(core, meeting, join.from)) {
    return Error{ErrorCode::kFull, "too many people of your network are in this room"};
  }
  const bool may_announce =
      connection.announcements.has_some(core.now) && meeting.announcements.has_some(core.now);
  if (join.resume || may_announce) return std::nullopt;
  ++core.totals.announcements_refused;
  return Error{ErrorCode::kRateLimited, "too much is going on in this meeting; wait a second"};
}

// What waited for its meeting may find its connection gone elsewhere: it has one seat, and none is
// taken from under it.
bool is_taken(const Connection& connection, const Meeting& meeting, const Participant* self) {
  if (!connection.code.empty() && connection.code != meeting.code) return true;
  return connection.participant.is_set() &&
         (self == nullptr || connection.participant != self->who.id);
}

}  // namespace

void admit(Core& core, Meeting& meeting, const Origin& origin, Join join) {
  core.trace = origin.trace;
  Connection& connection = core.connections.at(origin.connection);
  // By their token too, which is worth nothing otherwise.
  const bool is_removed = is_shut_out(meeting, join);
  if (join.must_own && !owns(meeting, join)) {
    unbind(core, origin.connection);
    return core.refuse(origin, ErrorCode::kUnauthenticated, "this is not the key of this room");
  }
  // Not the last one that was given out: somebody new, who needs a name of its own.
  if (join.resume && !meeting.tokens.accepts(*join.resume, join.attempt)) join.resume.reset();
  Participant* self = join.resume ? meeting.find(join.resume->participant) : nullptr;
  // Asked again, since the answer with the token was lost: not a second person of that name.
  if (!self) self = meeting.find_attempt(join.attempt);
  if (is_taken(connection, meeting, self)) {
    return core.refuse(origin, ErrorCode::kConflict, "this connection is in a meeting already");
  }
  if (const auto error = self ? std::nullopt : objection(core, meeting, connection, join)) {
    unbind(core, origin.connection);
    core.refuse(origin, *error);
    return;
  }
  if (!self && !may_enter(core, meeting, origin, join, is_removed)) return;
  leave_lobby(core, meeting, connection.waiting, LobbyOutcome::kAdmitted);
  connection.code = meeting.code;
  if (self) {
    connection.participant = self->who.id;
    // Again, in case that the first word of it was lost; it changes nothing otherwise.
    admit_to_media(core, meeting, *self);
    issue_token(core, meeting, *self, join);
    resume(core, meeting, *self, origin, join);
    return;
  }
  self = &seat(core, meeting, origin, join);
  connection.participant = self->who.id;
  issue_token(core, meeting, *self, join);
  admit_to_media(core, meeting, *self);
  answer(core, meeting, *self, origin, join, join.resume.has_value(), false);
  announce(core, meeting, *self, ParticipantJoined{self->info()});
  tell_books(core, meeting, Milestone::kParticipantJoined, self);
  core.log.write(LogLevel::kInfo, "participant_joined",
                 {{"meeting", meeting.id.to_string()},
                  {"participant", self->who.id.to_string()},
                  {"returning", join.resume.has_value()},
                  {"participants", meeting.participants.size()},
                  {"trace", core.trace.trace_id()}});
}

void on_answer(Core& core, MediaInFlight& asked, MakingJoinTransport& purpose,
               Result<control::MediaResult> result) {
  JoinInProgress& join = *purpose.join;
  --join.missing;
  const Asker asker = still_there(core, asked);
  if (asker) --asker.participant->transports_in_flight;
  if (result && asker) {
    auto& made = std::get<control::TransportCreated>(*result);
    add_transport(*asker.meeting, *asker.participant, made.transport, purpose.is_send);
    (purpose.is_send ? join.send : join.receive) = std::move(made);
  } else if (result) {
    discard_result(core, asked.meeting, *result);
  }
  if (join.missing > 0) return;
  if (!asker) {
    core.refuse(join.origin, ErrorCode::kConflict, "the participant has left or joined anew");
    return;
  }
  // The state as it is now, so that what happened meanwhile is in it.
  JoinedMeeting joined = describe(*asker.meeting, *asker.participant, join.resumed);
  joined.send_transport = std::move(join.send);
  joined.receive_transport = std::move(join.receive);
  core.reply(join.origin, std::move(joined));
}

}  // namespace confab::call
