#include "control/session/media_desk.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "control/obligation.h"

namespace confab::control {

MediaDesk::MediaDesk(MediaHello self, Instant now, LinkTiming timing, Versions versions)
    : self_(std::move(self)), timing_(timing), versions_(versions), beat_due_(now + timing.beat) {}

bool MediaDesk::poll(Output& out) {
  if (outputs_.empty()) return false;
  out = std::move(outputs_.front());
  outputs_.pop_front();
  return true;
}

MediaDesk::Owner* MediaDesk::owner_on(StreamId stream) {
  const auto it = streams_.find(stream);
  return it == streams_.end() ? nullptr : &owners_.at(it->second);
}

// ---- streams ----

void MediaDesk::stream_opened(Instant now, StreamId stream) {
  ungreeted_.emplace(stream, now);
}

void MediaDesk::refuse(StreamId stream, CloseReason reason, std::string why) {
  ++counts_.streams_refused;
  ungreeted_.erase(stream);
  outputs_.emplace_back(CloseStream{stream, reason, std::move(why)});
}

void MediaDesk::handle(Instant now, StreamId stream, ToMedia message) {
  Owner* owner = owner_on(stream);
  const auto* hello = std::get_if<OwnerHello>(&message);
  if (owner == nullptr) {
    if (!ungreeted_.contains(stream)) return;  // it was closed
    if (hello != nullptr) return on(now, stream, *hello);
    return refuse(stream, CloseReason::kMalformed, "no greeting");
  }
  if (hello != nullptr) return close(now, *owner, CloseReason::kMalformed, "a second greeting");
  owner->last_heard = now;
  std::visit([&](auto& body) { on(now, *owner, body); }, message);
}

auto MediaDesk::objection(const OwnerHello& hello) const -> std::optional<Objection> {
  if (hello.version_max < versions_.min || hello.version_min > versions_.max) {
    return Objection{CloseReason::kVersion,
                     "this media node speaks versions " + std::to_string(versions_.min) + " to " +
                         std::to_string(versions_.max) + ", the signaling node " +
                         std::to_string(hello.version_min) + " to " +
                         std::to_string(hello.version_max)};
  }
  // Payload types must be the same on every node, or nobody could be moved.
  if (hello.codec_hash != self_.codec_hash) {
    return Objection{CloseReason::kVersion, "this media node is configured with other codecs"};
  }
  if (owners_.size() >= kOwnersMax && !owners_.contains(hello.boot)) {
    return Objection{CloseReason::kFull, "this media node has too many owners"};
  }
  return std::nullopt;
}

void MediaDesk::on(Instant now, StreamId stream, const OwnerHello& hello) {
  if (auto found = objection(hello)) {
    return refuse(stream, found->reason, std::move(found->why));
  }
  ungreeted_.erase(stream);
  const auto [it, is_new] = owners_.try_emplace(hello.boot);
  Owner& owner = it->second;
  if (owner.stream) close(now, owner, CloseReason::kReplaced, "it came on another stream");
  owner.node = hello.node;
  owner.boot = hello.boot;
  owner.stream = stream;
  owner.last_heard = now;
  owner.clock = {};
  owner.clock.heard(now, hello.clock);
  owner.forget_at = kNever;
  streams_.emplace(stream, hello.boot);
  replace_boots_before(now, owner);
  greet(owner, std::min(hello.version_max, versions_.max), !is_new);
}

void MediaDesk::greet(Owner& owner, std::uint32_t version, bool is_resumed) {
  MediaHello hello = self_;
  hello.version = version;
  hello.is_resumed = is_resumed;
  outputs_.emplace_back(SendTo{*owner.stream, std::move(hello)});
  for (const NumberedEvent& event : owner.unheard) {
    outputs_.emplace_back(SendTo{*owner.stream, event});
  }
  beat(owner);
}

// Nobody speaks for what the last process of that number had here. Its people still send and
// receive, until they have joined the new one.
void MediaDesk::replace_boots_before(Instant now, const Owner& owner) {
  for (auto& [boot, other] : owners_) {
    if (boot == owner.boot || other.node != owner.node || other.stream) continue;
    other.forget_at = std::min(other.forget_at, now + timing_.replaced_kept);
  }
}

void MediaDesk::stream_closed(Instant now, StreamId stream) {
  ungreeted_.erase(stream);
  if (Owner* owner = owner_on(stream)) detach(now, *owner);
}

void MediaDesk::detach(Instant now, Owner& owner) {
  streams_.erase(*owner.stream);
  owner.stream.reset();
  // The next boot may have come before this one's stream was seen to break.
  const bool is_replaced = std::ranges::any_of(owners_, [&](const auto& entry) {
    return entry.second.node == owner.node && entry.second.stream.has_value();
  });
  owner.forget_at = now + (is_replaced ? timing_.replaced_kept : timing_.owner_kept);
}

void MediaDesk::close(Instant now, Owner& owner, CloseReason reason, std::string why) {
  outputs_.emplace_back(CloseStream{*owner.stream, reason, std::move(why)});
  detach(now, owner);
}

void MediaDesk::forget(Boot boot) {
  const auto node = owners_.extract(boot);
  for (const auto& [meeting, epoch] : node.mapped().meetings) {
    meetings_.erase(meeting);
    outputs_.emplace_back(Execute{++last_id_, meeting, CloseMeeting{}, epoch});
  }
}

// ---- commands ----

bool MediaDesk::may_command(const Owner& owner, const MediaCommand& command) const {
  const auto it = meetings_.find(command.meeting);
  return it == meetings_.end() || it->second == owner.boot ||
         std::holds_alternative<OpenMeeting>(command.request);
}

void MediaDesk::on(Instant now, Owner& owner, MediaCommand& command) {
  const auto [it, is_new] = owner.requests.try_emplace(command.id, Kept{command.meeting, {}});
  if (!is_new) {
    ++counts_.commands_again;
    if (it->second.result) outputs_.emplace_back(SendTo{*owner.stream, *it->second.result});
    return;
  }
  ++counts_.commands;
  command.deadline = owner.clock.ours(command.deadline);
  if (is_late(now, command)) {
    ++counts_.commands_late;
    return answer(now, owner,
                  {command.id, command.meeting,
                   fail(ErrorCode::kTimeout, "the command came too late to be begun")});
  }
  if (!may_command(owner, command)) {
    return answer(now, owner,
                  {command.id, command.meeting,
                   fail(ErrorCode::kConflict, "this meeting has another owner")});
  }
  take_over(owner, command);
  const RequestId id = ++last_id_;
  in_work_.emplace(id, InWork{owner.boot, command.id});
  command.id = id;
  outputs_.emplace_back(std::move(command));
}

// From here on the meeting's events are this owner's. An epoch that is too low is refused by the
// media plane, which leaves the meeting to whom it belongs.
void MediaDesk::take_over(Owner& owner, const MediaCommand& command) {
  if (std::holds_alternative<CloseMeeting>(command.request)) {
    meetings_.erase(command.meeting);
    owner.meetings.erase(command.meeting);
    return;
  }
  if (!std::holds_alternative<OpenMeeting>(command.request)) return;
  const auto [it, is_new] = meetings_.try_emplace(command.meeting, owner.boot);
  if (it->second != owner.boot) {
    const auto before = owners_.find(it->second);
    if (before != owners_.end()) {
      Epoch& last = before->second.meetings[command.meeting];
      if (command.epoch <= last) return;
      before->second.meetings.erase(command.meeting);
    }
    it->second = owner.boot;
  }
  owner.meetings[command.meeting] = command.epoch;
}

void MediaDesk::completed(Instant now, MediaCompletion completion) {
  const auto node = in_work_.extract(completion.id);
  if (node.empty()) return;  // a meeting was closed for an owner that is forgotten
  const auto owner = owners_.find(node.mapped().owner);
  if (owner == owners_.end()) return;
  completion.id = node.mapped().id;
  answer(now, owner->second, std::move(completion));
}

void MediaDesk::answer(Instant now, Owner& owner, MediaCompletion completion) {
  keep(now, owner, completion);
  if (owner.stream) outputs_.emplace_back(SendTo{*owner.stream, std::move(completion)});
}

void MediaDesk::keep(Instant now, Owner& owner, const MediaCompletion& completion) {
  const auto it = owner.requests.find(completion.id);
  if (it == owner.requests.end()) return;
  it->second.result = completion;
  it->second.until = now + timing_.result_kept;
  // The oldest goes: whoever has so many has long heard of it.
  const auto is_done = [](const auto& entry) { return entry.second.result.has_value(); };
  if (owner.requests.size() > kResultsKept) {
    const auto oldest = std::ranges::find_if(owner.requests, is_done);
    if (oldest != owner.requests.end() && oldest != it) owner.requests.erase(oldest);
  }
}

void MediaDesk::on(Instant now, Owner& owner, const Beat& beat) {
  owner.clock.heard(now, beat.clock);
}

void MediaDesk::on(Instant, Owner& owner, const Ack& ack) {
  while (!owner.unheard.empty() && owner.unheard.front().seq <= ack.seq) owner.unheard.pop_front();
  for (auto it = owner.requests.begin(); it != owner.requests.end() && it->first < ack.settled;) {
    it = it->second.result ? owner.requests.erase(it) : std::next(it);
  }
}

void MediaDesk::happened(Instant now, MediaEvent event) {
  const auto it = meetings_.find(event.meeting);
  if (it == meetings_.end()) return;
  Owner& owner = owners_.at(it->second);
  if (std::holds_alternative<MeetingLost>(event.body)) {
    meetings_.erase(it);
    owner.meetings.erase(event.meeting);
  }
  if (owner.unheard.size() >= kLinkMessages) {
    // It can not be told everything any more. It finds out when it comes back, and begins anew.
    ++counts_.owners_overflowed;
    if (owner.stream) close(now, owner, CloseReason::kOverflow, "too many events unheard");
    return forget(owner.boot);
  }
  owner.unheard.push_back({++owner.last_event, std::move(event)});
  if (owner.stream) outputs_.emplace_back(SendTo{*owner.stream, owner.unheard.back()});
}

// ---- time ----

void MediaDesk::beat(Owner& owner) {
  load_.meetings = static_cast<std::uint32_t>(meetings_.size());
  outputs_.emplace_back(SendTo{*owner.stream, Beat{++last_beat_, load_}});
}

void MediaDesk::set_draining(Instant, bool is_draining, bool is_leaving) {
  load_.is_draining = is_draining;
  load_.is_leaving = is_leaving;
  for (auto& [boot, owner] : owners_) {
    if (owner.stream) beat(owner);
  }
}

void MediaDesk::handle_timeout(Instant now) {
  if (now < beat_due_) return;
  load_.lag = now - beat_due_;
  beat_due_ = now + timing_.beat;
  // We stood still ourselves: what they said meanwhile is still to be read.
  if (load_.lag > timing_.beat) {
    for (auto& [boot, owner] : owners_) owner.last_heard += load_.lag + timing_.beat;
    for (auto& [stream, since] : ungreeted_) since += load_.lag + timing_.beat;
  }
  close_silent(now);
  std::vector<Boot> gone;
  for (auto& [boot, owner] : owners_) {
    std::erase_if(owner.requests, [&](const auto& r) { return r.second.until <= now; });
    if (owner.stream) beat(owner);
    if (now >= owner.forget_at) gone.push_back(boot);
  }
  counts_.owners_forgotten += gone.size();
  for (const Boot boot : gone) forget(boot);
}

void MediaDesk::close_silent(Instant now) {
  for (auto& [boot, owner] : owners_) {
    if (!owner.stream || now < owner.last_heard + timing_.dead) continue;
    ++counts_.streams_silent;
    close(now, owner, CloseReason::kSilent, "silent for too long");
  }
  std::vector<StreamId> silent;
  for (const auto& [stream, since] : ungreeted_) {
    if (now >= since + timing_.dead) silent.push_back(stream);
  }
  for (const StreamId stream : silent) refuse(stream, CloseReason::kSilent, "no greeting");
}

Instant MediaDesk::next_timeout() const {
  return beat_due_;
}

// ---- what there is ----

auto MediaDesk::find(const MeetingId& meeting) const -> std::optional<Listed> {
  const auto it = meetings_.find(meeting);
  if (it == meetings_.end()) return std::nullopt;
  const Owner& owner = owners_.at(it->second);
  const auto epoch = owner.meetings.find(meeting);
  return Listed{meeting, epoch == owner.meetings.end() ? 0 : epoch->second, owner.node, owner.boot,
                owner.stream.has_value()};
}

auto MediaDesk::list(const MeetingId& after, std::size_t limit) const -> std::vector<Listed> {
  std::vector<MeetingId> ids;
  for (const auto& [meeting, boot] : meetings_) {
    if (meeting > after) ids.push_back(meeting);
  }
  const std::size_t count = std::min(limit, ids.size());
  std::ranges::partial_sort(ids, ids.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<Listed> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(*find(ids[i]));
  return out;
}

}  // namespace confab::control
