#include "call/testing.h"

#include <algorithm>

#include "control/obligation.h"

namespace confab::call::testing {

void FakeMedia::close_transport(TransportId id) {
  transports.erase(id);
  of_participant.erase(id);
  capabilities.erase(id);
  std::erase_if(producers, [&](const auto& p) { return p.second == id; });
  std::erase_if(consumers, [&](const auto& c) {
    return c.second.first == id || !producers.contains(c.second.second);
  });
}

control::PermitsSet FakeMedia::close_forbidden(ParticipantId participant,
                                               const control::Permits& allowed) {
  control::PermitsSet closed;
  for (const auto& [id, transport] : producers) {
    const auto owner = of_participant.find(transport);
    const bool is_theirs = owner != of_participant.end() && owner->second == participant;
    if (is_theirs && !allowed.allows(sources.at(id))) closed.producers.push_back(id);
  }
  for (const ProducerId id : closed.producers) {
    producers.erase(id);
    std::erase_if(consumers, [&](const auto& c) { return c.second.second == id; });
  }
  if (allowed.can_subscribe) return closed;
  std::erase_if(consumers, [&](const auto& c) {
    const auto owner = of_participant.find(c.second.first);
    return owner != of_participant.end() && owner->second == participant;
  });
  return closed;
}

void FakeMedia::lose(MeetingId meeting) {
  meetings.erase(meeting);
  admitted.erase(meeting);
  std::vector<TransportId> lost;
  for (const auto& [id, owner] : transports) {
    if (owner == meeting) lost.push_back(id);
  }
  for (const TransportId id : lost) close_transport(id);
}

control::MediaResult FakeMedia::carry_out(const control::MediaCommand& command) {
  struct Visitor {
    FakeMedia& m;
    MeetingId meeting;
    control::MediaResult operator()(const control::OpenMeeting&) const {
      ++m.meetings[meeting];
      return control::MeetingOpened{};
    }
    control::MediaResult operator()(const control::CloseMeeting&) const {
      m.lose(meeting);
      return control::Done{};
    }
    control::MediaResult operator()(const control::Admit& a) const {
      m.admitted[meeting].insert(a.participant);
      m.permits[a.participant] = a.permits;
      return control::Done{};
    }
    control::MediaResult operator()(const control::SetPermits& p) const {
      m.permits[p.participant] = p.permits;
      return m.close_forbidden(p.participant, p.permits);
    }
    control::MediaResult operator()(const control::Dismiss& d) const {
      m.admitted[meeting].erase(d.participant);
      std::vector<TransportId> gone;
      for (const auto& [id, owner] : m.of_participant) {
        if (owner == d.participant) gone.push_back(id);
      }
      for (const TransportId id : gone) m.close_transport(id);
      return control::Done{};
    }
    control::MediaResult operator()(const control::CreateTransport& c) const {
      if (!m.admitted[meeting].contains(c.participant)) ++m.strangers;
      const TransportId id = TransportId::random(m.random_);
      m.transports.emplace(id, meeting);
      m.of_participant.emplace(id, c.participant);
      return control::TransportCreated{id, {}, {}, {}};
    }
    control::MediaResult operator()(const control::CloseTransport& c) const {
      m.close_transport(c.transport);
      return control::Done{};
    }
    control::MediaResult operator()(const control::RestartIce&) const {
      return control::IceRestarted{{"ufrag", "pwd", true}};
    }
    control::MediaResult operator()(const control::Produce& p) const {
      const ProducerId id = ProducerId::random(m.random_);
      m.producers.emplace(id, p.transport);
      m.sources[id] = *p.source;
      m.paused[id] = p.paused;
      return control::Produced{id, ortc::ProducerType::kSimple};
    }
    control::MediaResult operator()(const control::CloseProducer& p) const {
      m.producers.erase(p.producer);
      std::erase_if(m.consumers, [&](const auto& c) { return c.second.second == p.producer; });
      return control::Done{};
    }
    control::MediaResult operator()(const control::PutCapabilities& c) const {
      EXPECT_EQ(c.hash, ortc::capabilities_hash(c.rtp_capabilities));
      m.capabilities[c.transport] = c.hash;
      ++m.capabilities_put;
      return done();
    }
    control::MediaResult operator()(const control::Consume& c) const {
      if (m.transports.contains(c.transport)) {
        EXPECT_EQ(m.capabilities[c.transport], c.capabilities);
      }
      control::Consumed out;
      out.consumer = ConsumerId::random(m.random_);
      out.producer = c.producer;
      m.consumers.emplace(out.consumer, std::pair{c.transport, c.producer});
      return out;
    }
    control::MediaResult operator()(const control::CloseConsumer& c) const {
      m.consumers.erase(c.consumer);
      return control::Done{};
    }
    control::MediaResult operator()(const control::ConnectTransport&) const { return done(); }
    control::MediaResult operator()(const control::SetProducerPaused& p) const {
      m.paused[p.producer] = p.paused;
      return done();
    }
    control::MediaResult operator()(const control::SetConsumerPaused&) const { return done(); }
    control::MediaResult operator()(const control::SetPreferredLayers&) const { return done(); }
    control::MediaResult operator()(const control::RequestKeyFrame&) const { return done(); }
    control::MediaResult operator()(const control::GetMeetingStats&) const { return m.stats; }
    static control::MediaResult done() { return control::Done{}; }
  };
  return std::visit(Visitor{*this, command.meeting}, command.request);
}

World::World(const Options& options, std::uint64_t seed)
    : random(seed), call(options, random, null_log()), media(random) {
  rooms[kRoom] = Room{RoomId::random(random), kRoom, {}, {}};
}

RequestNumber World::ask(ConnectionId from, Request request) {
  replies_.erase(from);
  happen(ClientRequest{{from, ++last_request_}, std::move(request)});
  return last_request_;
}

Result<ReplyBody> World::operate(Request request, bool is_admin, const std::string& room) {
  operator_reply.reset();
  happen(OperatorRequest{++last_request_, room, is_admin, std::move(request), {}});
  EXPECT_TRUE(operator_reply.has_value());
  return operator_reply.value_or(fail(ErrorCode::kInternal, "no reply"));
}

Result<ReplyBody>& World::reply(ConnectionId from) {
  const auto it = replies_.find(from);
  if (it == replies_.end()) {
    ADD_FAILURE() << "no reply";
    return replies_.emplace(from, fail(ErrorCode::kInternal, "no reply")).first->second;
  }
  return it->second;
}

ErrorCode World::refusal(ConnectionId from) {
  const Result<ReplyBody>& result = reply(from);
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

JoinedMeeting World::join(ConnectionId from, const std::string& name, const std::string& room) {
  ask(from, newcomer(name, room));
  return answer<JoinedMeeting>(from);
}

Join World::newcomer(const std::string& name, const std::string& room) {
  Join out;
  out.room = room;
  out.name = name;
  return out;
}

ResumeClaims World::claims(const JoinedMeeting& joined) {
  const ParticipantInfo& self = joined.state.self;
  return {joined.state.room, self.who.id, self.who.name, joined.token_generation};
}

JoinedMeeting World::resume(ConnectionId from, const JoinedMeeting& before, bool keep_media) {
  Join request;
  request.room = before.state.room;
  request.resume = claims(before);
  request.keep_media = keep_media;
  ask(from, std::move(request));
  return answer<JoinedMeeting>(from);
}

TransportId World::make_transport(ConnectionId from, control::TransportDirection direction) {
  ask(from, CreateTransport{direction});
  return answer<control::TransportCreated>(from).transport;
}

ProducerId World::produce(ConnectionId from, Source source, bool paused) {
  const TransportId transport = make_transport(from, control::TransportDirection::kSend);
  ask(from, Produce{transport, source, {}, paused});
  return answer<ProducerMade>(from).producer;
}

ConsumerMade World::consume(ConnectionId from, ProducerId producer) {
  const TransportId transport = make_transport(from, control::TransportDirection::kReceive);
  ask(from, Consume{transport, producer, ortc::RtpCapabilities{}});
  return answer<ConsumerMade>(from);
}

void World::happen(Event event) {
  queue_.push_back(std::move(event));
  if (std::exchange(is_draining_, true)) return;
  while (!queue_.empty()) {
    Event next = std::move(queue_.front());
    queue_.pop_front();
    call.handle_event(now, to_ms(now.time_since_epoch()), std::move(next));
    drain();
  }
  is_draining_ = false;
}

void World::pass(Duration time) {
  const Instant until = now + time;
  while (call.next_timeout() <= until) {
    now = std::max(now, call.next_timeout());
    call.handle_timeout(now, to_ms(now.time_since_epoch()));
    is_draining_ = true;
    drain();
    is_draining_ = false;
    if (!queue_.empty()) {
      Event next = std::move(queue_.front());
      queue_.pop_front();
      happen(std::move(next));
    }
  }
  now = until;
}

void World::release_answers() {
  store_answers = true;
  media_answers = true;
  for (const std::string& code : std::exchange(kept_loads, {})) {
    LoadRoom load{code};
    is_draining_ = true;
    perform(load);
    is_draining_ = false;
  }
  passwords_answer = true;
  for (CheckPassword& check : std::exchange(kept_checks, {})) perform(check);
  for (SaveChat& save : std::exchange(kept_saves, {})) queue_.push_back(saved_answer(save));
  for (control::MediaCommand& command : std::exchange(kept_commands, {})) {
    is_draining_ = true;
    perform(command);
    is_draining_ = false;
  }
  if (queue_.empty()) return;
  Event next = std::move(queue_.front());
  queue_.pop_front();
  happen(std::move(next));
}

void World::drain() {
  Action action;
  while (call.poll(action)) {
    std::visit([this](auto& a) { perform(a); }, action);
  }
}

void World::perform(Reply& action) {
  if (action.origin.connection == ConnectionId{}) {
    operator_reply = std::move(action.result);
    return;
  }
  replies_.insert_or_assign(action.origin.connection, std::move(action.result));
}

void World::perform(Notify& action) {
  EXPECT_FALSE(action.to.empty());
  for (const ConnectionId to : action.to) notices_[to].push_back(action.notice);
}

void World::perform(Disconnect& action) {
  disconnected_[action.connection] = true;
}

void World::perform(control::MediaCommand& action) {
  if (!media_answers) {
    kept_commands.push_back(std::move(action));
    return;
  }
  control::MediaCompletion completion{action.id, action.meeting, control::MediaResult{}};
  if (media_error && !control::must_be_done(action.request)) {
    completion.result = std::unexpected(*media_error);
  } else {
    completion.result = media.carry_out(action);
  }
  queue_.emplace_back(std::move(completion));
}

Event World::saved_answer(const SaveChat& action) const {
  ChatSaved out{action.meeting, action.message.id, {}};
  if (store_error) out.saved = std::unexpected(*store_error);
  return out;
}

void World::perform(SaveSettings& action) {
  rooms.at(action.code).settings = action.settings;
}

void World::perform(SavePerson& action) {
  auto& people = rooms.at(action.code).people;
  std::erase_if(people, [&](const RegisterEntry& e) { return e.subject == action.entry.subject; });
  people.push_back(std::move(action.entry));
}

void World::perform(DropBan& action) {
  std::erase_if(rooms.at(action.code).people,
                [&](const RegisterEntry& e) { return e.ban == action.ban; });
}

void World::perform(DropMessage& action) {
  MessageDropped out{action.number, false};
  if (store_error) {
    out.dropped = std::unexpected(*store_error);
  } else {
    dropped.push_back(action.message);
    out.dropped = std::erase_if(saved, [&](const SaveChat& each) {
                    return each.message.id == action.message && !each.message.to;
                  }) > 0;
  }
  queue_.emplace_back(std::move(out));
}

// A hash that a test can read.
void World::perform(CheckPassword& action) {
  if (!passwords_answer) {
    kept_checks.push_back(std::move(action));
    return;
  }
  queue_.emplace_back(PasswordChecked{action.number, action.hash == "hash of " + action.password});
}

void World::perform(HashPassword& action) {
  queue_.emplace_back(PasswordHashed{action.number, "hash of " + action.password});
}

void World::perform(SaveChat& action) {
  saved.push_back(action);
  if (store_answers) {
    queue_.push_back(saved_answer(action));
  } else {
    kept_saves.push_back(std::move(action));
  }
}

void World::perform(LoadRoom& action) {
  if (!store_answers) {
    kept_loads.push_back(action.code);
    return;
  }
  const auto it = rooms.find(action.code);
  RoomLoaded loaded{action.code, it == rooms.end() ? std::optional<Room>() : it->second};
  if (store_error) loaded.room = std::unexpected(*store_error);
  queue_.emplace_back(std::move(loaded));
}

void World::perform(SaveToken& action) {
  for (auto& [code, room] : rooms) {
    if (room.id != action.room) continue;
    std::erase_if(room.tokens, [&](const TokenIssue& known) {
      return known.participant == action.issue.participant;
    });
    room.tokens.push_back(std::move(action.issue));
  }
}

}  // namespace confab::call::testing
