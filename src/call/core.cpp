#include "call/core.h"

#include "call/answer_size.h"

namespace confab::call {

Meeting* Core::meeting(std::string_view code) {
  const auto it = meetings.find(std::string(code));
  return it == meetings.end() ? nullptr : it->second.get();
}

Meeting* Core::meeting(MeetingId id) {
  const auto it = codes.find(id);
  return it == codes.end() ? nullptr : meeting(it->second);
}

std::optional<Who> By::who() const {
  return participant == nullptr ? std::nullopt : std::optional(participant->who);
}

Asker Core::asker(ConnectionId connection) {
  const auto it = connections.find(connection);
  if (it == connections.end() || !it->second.participant.is_set()) return {};
  Meeting* found = meeting(it->second.code);
  return {found, found ? found->find(it->second.participant) : nullptr};
}

void Core::reply(const Origin& origin, ReplyBody body) {
  const auto asker = connections.find(origin.connection);
  if (asker != connections.end()) {
    asker->second.answers.charge(static_cast<double>(answer_bytes(body)), now);
  }
  actions.emplace_back(Reply{origin, std::move(body)});
}

void Core::refuse(const Origin& origin, ErrorCode code, std::string message) {
  actions.emplace_back(Reply{origin, fail(code, std::move(message))});
}

void Core::refuse(const Origin& origin, const Error& error) {
  refuse(origin, error.code, error.message);
}

void Core::notify(std::vector<ConnectionId> to, Notice notice) {
  if (to.empty()) return;
  actions.emplace_back(Notify{std::move(to), std::move(notice)});
}

void Core::ask_media(Meeting& meeting, const Participant* participant,
                     control::MediaRequest request, MediaPurpose purpose) {
  const control::RequestId id = ++last_media_request;
  MediaInFlight in_flight{meeting.code, meeting.id, {}, 0, 0, std::move(purpose)};
  if (participant) {
    in_flight.participant = participant->who.id;
    in_flight.media_epoch = participant->media_epoch;
  }
  const Instant deadline = now + options.answer_timeout;
  in_flight.timer = timers.add(deadline, MediaLate{id});
  in_flight.trace = trace;
  media.emplace(id, std::move(in_flight));
  actions.emplace_back(control::MediaCommand{id, meeting.id, std::move(request),
                                             control::kFirstEpoch, deadline, trace});
}

void Core::tell_media(MeetingId meeting_id, control::MediaRequest request) {
  actions.emplace_back(control::MediaCommand{++last_media_request, meeting_id, std::move(request),
                                             control::kFirstEpoch, kNever, trace});
}

}  // namespace confab::call
