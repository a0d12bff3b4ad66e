#include "service/media/shared_media.h"

#include <utility>
#include <variant>

#include "base/check.h"

namespace confab::media {

void SharedMedia::send(User& user, control::MediaCommand command) {
  Asked asked;
  asked.user = &user;
  asked.id = std::exchange(command.id, ++last_id_);
  asked.is_opening = std::holds_alternative<control::OpenMeeting>(command.request);
  asked.is_closing = std::holds_alternative<control::CloseMeeting>(command.request);
  if (asked.is_opening) {
    Meeting& meeting = meetings_.try_emplace(command.meeting, Meeting{&user}).first->second;
    meeting.last_opening = command.id;
  }
  asked_.emplace(command.id, asked);
  media_.send(std::move(command));
}

void SharedMedia::on_media_completion(control::MediaCompletion completion) {
  const auto asked = asked_.extract(completion.id);
  CHECK(!asked.empty());
  note(asked.mapped(), completion);
  completion.id = asked.mapped().id;
  CHECK(asked.mapped().user->listener_ != nullptr);
  asked.mapped().user->listener_->on_media_completion(std::move(completion));
}

void SharedMedia::note(const Asked& asked, const control::MediaCompletion& completion) {
  const auto meeting = meetings_.find(completion.meeting);
  if (meeting == meetings_.end()) return;
  if (asked.is_opening && completion.result) meeting->second.is_open = true;
  const bool was_refused = asked.is_opening && !meeting->second.is_open;
  const bool was_closed = asked.is_closing && completion.result;
  if (was_closed) meeting->second.is_open = false;
  // What was asked before it was opened again says nothing of what it is then.
  const bool is_last_word = completion.id >= meeting->second.last_opening;
  if ((was_refused || was_closed) && is_last_word) meetings_.erase(meeting);
}

void SharedMedia::on_media_event(control::MediaEvent event) {
  const auto meeting = meetings_.find(event.meeting);
  if (meeting == meetings_.end()) return;  // closed; nobody asks for it any more
  control::MediaListener* listener = meeting->second.user->listener_;
  if (std::holds_alternative<control::MeetingLost>(event.body)) meetings_.erase(meeting);
  listener->on_media_event(std::move(event));
}

}  // namespace confab::media
