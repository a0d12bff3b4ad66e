#include "control/session/owner_session.h"

#include <algorithm>
#include <utility>

#include "control/obligation.h"

namespace confab::control {
namespace {

// Commands of our own have ids that no user of the link reaches by counting.
constexpr RequestId kOwnRequests = RequestId{1} << 63;

}  // namespace

OwnerSession::OwnerSession(OwnerHello self, Instant now, LinkTiming timing)
    : self_(std::move(self)),
      timing_(timing),
      retry_at_(now),
      retry_after_(timing.reconnect_first),
      last_own_(kOwnRequests) {}

bool OwnerSession::poll(Output& out) {
  if (outputs_.empty()) return false;
  out = std::move(outputs_.front());
  outputs_.pop_front();
  return true;
}

// ---- commands ----

void OwnerSession::send(Instant now, MediaCommand command) {
  if (!boot_) return refuse(command, ErrorCode::kUnavailable, "the media node is not reachable");
  if (waiting_.size() >= kLinkMessages && !must_be_done(command.request)) {
    return refuse(command, ErrorCode::kUnavailable, "the media plane is overloaded; try again");
  }
  if (is_late(now, command)) return refuse(command, ErrorCode::kTimeout, "it came too late");
  const Instant latest = now + timing_.answer;
  command.deadline = must_be_done(command.request) ? latest : std::min(command.deadline, latest);
  note(command);
  highest_ = std::max(highest_, command.id);
  if (is_linked()) outputs_.emplace_back(Send{command});
  const RequestId id = command.id;
  const Instant deadline = command.deadline;
  waiting_.emplace(id, Waiting{std::move(command), deadline});
}

void OwnerSession::note(const MediaCommand& command) {
  if (std::holds_alternative<OpenMeeting>(command.request)) {
    meetings_[command.meeting] = command.epoch;
  } else if (std::holds_alternative<CloseMeeting>(command.request)) {
    meetings_.erase(command.meeting);
  }
}

void OwnerSession::refuse(const MediaCommand& command, ErrorCode code, std::string why) {
  outputs_.emplace_back(MediaCompletion{command.id, command.meeting, fail(code, std::move(why))});
}

// Nobody is told of the answer. Not resent after a break: then the node's consent, or the end of
// the meeting, closes it.
void OwnerSession::close(const MeetingId& meeting, Epoch epoch, MediaRequest request) {
  outputs_.emplace_back(Send{MediaCommand{++last_own_, meeting, std::move(request), epoch}});
}

void OwnerSession::discard(const MediaCompletion& late) {
  const auto node = late_.extract(late.id);
  if (node.empty() || !late.result) return;
  const Epoch epoch = node.mapped();
  if (const auto* made = std::get_if<TransportCreated>(&*late.result)) {
    close(late.meeting, epoch, CloseTransport{made->transport});
  } else if (const auto* produced = std::get_if<Produced>(&*late.result)) {
    close(late.meeting, epoch, CloseProducer{produced->producer});
  } else if (const auto* consumed = std::get_if<Consumed>(&*late.result)) {
    close(late.meeting, epoch, CloseConsumer{consumed->consumer});
  }
}

// ---- the stream ----

void OwnerSession::stream_opened(Instant now) {
  if (state_ != State::kGreeting) return;
  last_heard_ = now;
  OwnerHello hello = self_;
  hello.clock = now;
  outputs_.emplace_back(Send{std::move(hello)});
}

void OwnerSession::stream_closed(Instant now, std::string why) {
  break_off(now, why);
}

void OwnerSession::break_off(Instant now, const std::string& why) {
  if (is_linked()) {
    retry_after_ = timing_.reconnect_first;
    retry_at_ = now;  // it may be the stream alone
    give_up_at_ = now + timing_.dead_after_break;
  } else {
    retry_at_ = now + retry_after_;
    retry_after_ = std::min(2 * retry_after_, timing_.reconnect_max);
  }
  beat_due_ = kNever;
  set_state(State::kApart);
  if (boot_ && now >= give_up_at_) lose(why);
}

void OwnerSession::give_up(Instant now, const std::string& why) {
  outputs_.emplace_back(CloseStream{why});
  const bool was_linked = is_linked();
  break_off(now, why);
  if (was_linked) {
    retry_at_ = now + timing_.reconnect_first;
    lose(why);
  }
}

void OwnerSession::lose(const std::string& why) {
  give_up_at_ = kNever;
  lost_boot_ = std::exchange(boot_, std::nullopt);
  for (const auto& [id, waiting] : waiting_) {
    refuse(waiting.command, ErrorCode::kUnavailable, "the media node is gone");
  }
  waiting_.clear();
  late_.clear();
  lost_meetings_.insert(meetings_.begin(), meetings_.end());
  outputs_.emplace_back(NodeLost{why});
  lose_meetings(why);
}

void OwnerSession::lose_meetings(const std::string& why) {
  for (const auto& [meeting, epoch] : std::exchange(meetings_, {})) {
    outputs_.emplace_back(MediaEvent{meeting, MeetingLost{why}});
  }
}

// ---- what the node says ----

void OwnerSession::handle(Instant now, FromMedia message) {
  if (state_ == State::kApart) return;  // of a stream that was closed
  last_heard_ = now;
  if (state_ == State::kSuspect) set_state(State::kUp);
  const bool is_greeting = std::holds_alternative<MediaHello>(message);
  if (is_greeting != (state_ == State::kGreeting)) {
    return give_up(now, "the media node does not keep to the protocol");
  }
  std::visit([&](auto& body) { on(now, body); }, message);
}

auto OwnerSession::objection(const MediaHello& hello) const -> std::optional<std::string> {
  if (hello.version < self_.version_min || hello.version > self_.version_max) {
    return "the media node speaks version " + std::to_string(hello.version) +
           ", this signaling node " + std::to_string(self_.version_min) + " to " +
           std::to_string(self_.version_max);
  }
  // Payload types must be the same on every node, or nobody could be moved.
  if (hello.codec_hash != self_.codec_hash) {
    return "the media node is configured with other codecs than this signaling node";
  }
  return std::nullopt;
}

void OwnerSession::refuse_node(Instant now, std::string why) {
  outputs_.emplace_back(CloseStream{why, true});
  break_off(now, why);
}

void OwnerSession::on(Instant now, MediaHello& hello) {
  if (auto why = objection(hello)) return refuse_node(now, std::move(*why));
  set_state(State::kUp);
  retry_after_ = timing_.reconnect_first;
  beat_due_ = now + timing_.beat;
  const bool is_same = boot_ == hello.boot && hello.is_resumed;
  if (boot_ && !is_same) lose("the media node was started anew");
  give_up_at_ = kNever;
  outputs_.emplace_back(NodeUp{hello, !is_same});
  if (!is_same) return greet_as_new(hello);
  for (const auto& [id, waiting] : waiting_) outputs_.emplace_back(Send{waiting.command});
}

void OwnerSession::greet_as_new(const MediaHello& hello) {
  boot_ = hello.boot;
  load_ = {};
  // What it numbered before, it goes on numbering.
  if (!hello.is_resumed) last_event_ = acked_event_ = 0;
  const auto left = std::exchange(lost_meetings_, {});
  if (lost_boot_ != hello.boot) return;
  // It was frozen, not dead: what we gave up is taken elsewhere by now.
  for (const auto& [meeting, epoch] : left) close(meeting, epoch, CloseMeeting{});
}

void OwnerSession::on(Instant, MediaCompletion& result) {
  const auto node = waiting_.extract(result.id);
  if (node.empty()) return discard(result);
  const bool is_open = std::holds_alternative<OpenMeeting>(node.mapped().command.request);
  if (is_open && !result.result) meetings_.erase(result.meeting);
  outputs_.emplace_back(std::move(result));
}

void OwnerSession::on(Instant now, NumberedEvent& event) {
  if (event.seq <= last_event_) return;  // sent again after a break
  if (event.seq != last_event_ + 1) return give_up(now, "events of the media node were lost");
  last_event_ = event.seq;
  if (last_event_ - acked_event_ >= kLinkMessages / 4) acknowledge();
  // Of a meeting that was closed or lost meanwhile nobody wants to hear.
  if (!meetings_.contains(event.event.meeting)) return;
  if (std::holds_alternative<MeetingLost>(event.event.body)) meetings_.erase(event.event.meeting);
  outputs_.emplace_back(std::move(event.event));
}

void OwnerSession::on(Instant, Beat& beat) {
  load_ = beat.load;
  outputs_.emplace_back(LoadChanged{load_});
  if (!load_.is_leaving) return;
  for (const auto& [meeting, epoch] : meetings_) close(meeting, epoch, CloseMeeting{});
  lose_meetings("the media node is going down");
}

// ---- time ----

void OwnerSession::acknowledge() {
  const RequestId settled = waiting_.empty() ? highest_ + 1 : waiting_.begin()->first;
  if (last_event_ == acked_event_ && settled == acked_settled_) return;
  acked_event_ = last_event_;
  acked_settled_ = settled;
  outputs_.emplace_back(Send{Ack{last_event_, settled}});
}

void OwnerSession::expire_waiting(Instant now) {
  while (!waiting_.empty() && waiting_.begin()->second.deadline <= now) {
    const auto node = waiting_.extract(waiting_.begin());
    const MediaCommand& command = node.mapped().command;
    if (late_.size() >= kLinkMessages) late_.erase(late_.begin());
    late_.emplace(command.id, command.epoch);
    if (std::holds_alternative<OpenMeeting>(command.request)) {
      meetings_.erase(command.meeting);
      if (is_linked()) close(command.meeting, command.epoch, CloseMeeting{});
    }
    refuse(command, ErrorCode::kTimeout, "the media node did not answer in time");
  }
}

// We stood still ourselves: what the node said meanwhile is still to be read.
void OwnerSession::forgive(Duration stood_still) {
  last_heard_ += stood_still;
  if (give_up_at_ != kNever) give_up_at_ += stood_still;
  for (auto& [id, waiting] : waiting_) waiting.deadline += stood_still;
}

void OwnerSession::handle_timeout(Instant now) {
  const Instant due = next_timeout();
  if (due != kNever && now - due > timing_.beat) forgive(now - due + timing_.beat);
  expire_waiting(now);
  if (state_ == State::kApart) {
    if (boot_ && now >= give_up_at_) lose("the media node is gone");
    if (now < retry_at_) return;
    retry_at_ = kNever;
    set_state(State::kGreeting);
    last_heard_ = now;
    outputs_.emplace_back(OpenStream{});
    return;
  }
  if (boot_ && now >= give_up_at_) lose("the media node is gone");
  if (now >= last_heard_ + timing_.dead) {
    return give_up(now, "the media node has been silent for too long");
  }
  if (state_ == State::kUp && now >= last_heard_ + timing_.suspect) set_state(State::kSuspect);
  if (is_linked() && now >= beat_due_) {
    beat_due_ = now + timing_.beat;
    outputs_.emplace_back(Send{Beat{++last_beat_, {}, now}});
    acknowledge();
  }
}

Instant OwnerSession::next_timeout() const {
  Instant next = std::min({give_up_at_, retry_at_, beat_due_});
  if (!waiting_.empty()) next = std::min(next, waiting_.begin()->second.deadline);
  if (state_ != State::kApart) {
    next = std::min(next, last_heard_ + timing_.dead);
    if (state_ == State::kUp) next = std::min(next, last_heard_ + timing_.suspect);
  }
  return next;
}

}  // namespace confab::control
