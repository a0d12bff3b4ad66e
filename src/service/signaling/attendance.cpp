#include "service/signaling/attendance.h"

#include "platform/clock/clock.h"
#include "service/signaling/records.h"

namespace confab::signaling {

store::Answer<void> Attendance::count_lost() {
  return [this](const Result<void>& written) {
    if (!written) ++lost_;
  };
}

void Attendance::hear(const call::Happened& happened) {
  const std::int64_t now_ms = wall_unix_ms();
  switch (happened.what) {
    case call::Milestone::kMeetingStarted:
      return archive_.begin_attendance(happened.code, count_lost());
    case call::Milestone::kParticipantJoined:
      return archive_.note_joined(to_record(happened, now_ms), count_lost());
    case call::Milestone::kParticipantLeft:
      return archive_.note_left(to_record(happened, now_ms), count_lost());
    case call::Milestone::kMeetingFinished:
      return archive_.end_attendance(happened.code, happened.meeting, happened.present, now_ms,
                                     count_lost());
    case call::Milestone::kProducerPublished:
    case call::Milestone::kProducerUnpublished:
      break;
  }
}

void Attendance::expose(metrics::Exposition& out) const {
  out.counter("attendance_lost",
              "Joins and leavings of the attendance that the database did not take.", {}, lost_);
}

}  // namespace confab::signaling
