// Whoever looks after the server asks what goes through the media of a meeting.
#include "call/handlers/handlers.h"

namespace confab::call {

void on(Core& core, MediaLook event) {
  const Origin origin{{}, event.number, event.trace};
  core.trace = event.trace;
  Meeting* meeting = core.meeting(event.meeting);
  if (meeting == nullptr || meeting->phase != MeetingPhase::kOpen) {
    return core.refuse(origin, ErrorCode::kNotFound, "this meeting has no media now");
  }
  core.ask_media(*meeting, nullptr, control::GetMeetingStats{event.participant},
                 Relayed{origin, event.participant});
}

}  // namespace confab::call
