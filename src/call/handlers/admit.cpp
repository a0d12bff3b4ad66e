// What being let in means: a place in the meeting, the old one if the token says so, and an answer
// with everything a newcomer must know.
#include <algorithm>
#include <utility>

#include "base/ip_prefix.h"
#include "call/handlers/handlers.h"

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
    release_connection(core, self);
  }
  core.timers.cancel(std::exchange(self.grace_timer, 0));
  self.connection = connection;
}

void resume(Core& core, Meeting& meeting, Participant& self, const Origin& origin,
            const Join& join) {
  take_over_connection(core, self, origin.connection);
  const bool was_lost = !std::exchange(self.is_connected, true);
  const bool is_renamed = self.who.name != join.name;
  const bool is_promoted = join.is_host && self.role != Role::kHost;
  self.who.name = join.name;
  self.who.alias = join.alias;
  if (is_promoted) self.role = Role::kHost;
  if (join.rtp_capabilities) {
    learn_capabilities(core, self, *join.rtp_capabilities);
  }
  const bool media_kept = join.keep_media && !self.transports.empty();
  if (!media_kept) drop_media(core, meeting, self);
  answer(core, meeting, self, origin, join, true, media_kept);
  if (was_lost) {
    core.notify(meeting.connections_except(&self), ConnectionChanged{self.who, true});
  }
  if (is_renamed || is_promoted) {
    core.notify(meeting.connections_except(&self), ParticipantUpdated{self.info()});
  }
}

Participant& seat(Core& core, Meeting& meeting, const Origin& origin, const Join& join) {
  auto self = std::make_unique<Participant>();
  self->who.id = join.resume ? join.resume->participant : ParticipantId::random(core.random);
  self->who.alias = join.alias;
  self->who.name = join.name;
  const bool was_host = join.resume && join.resume->role == Role::kHost;
  self->role = join.is_host || was_host ? Role::kHost : Role::kMember;
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
  return seated;
}

}  // namespace

void admit(Core& core, Meeting& meeting, const Origin& origin, Join join) {
  Connection& connection = core.connections.at(origin.connection);
  Participant* self = join.resume ? meeting.find(join.resume->participant) : nullptr;
  // Asked again, since the answer with the token was lost: not a second person of that name.
  if (!self) self = meeting.find_attempt(join.attempt);
  if (!self && meeting.participants.size() >= core.options.participants_max) {
    unbind(core, origin.connection);
    core.refuse(origin, ErrorCode::kFull, "the room is full");
    return;
  }
  if (!self && !has_share(core, meeting, join.from)) {
    unbind(core, origin.connection);
    core.refuse(origin, ErrorCode::kFull, "too many people of your network are in this room");
    return;
  }
  connection.code = meeting.code;
  if (self) {
    connection.participant = self->who.id;
    resume(core, meeting, *self, origin, join);
    return;
  }
  self = &seat(core, meeting, origin, join);
  connection.participant = self->who.id;
  answer(core, meeting, *self, origin, join, join.resume.has_value(), false);
  core.notify(meeting.connections_except(self), ParticipantJoined{self->info()});
  core.log.write(LogLevel::kInfo, "participant_joined",
                 {{"meeting", meeting.id.to_string()},
                  {"participant", self->who.id.to_string()},
                  {"returning", join.resume.has_value()},
                  {"participants", meeting.participants.size()}});
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
