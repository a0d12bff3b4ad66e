// Rooms as lists and as programs change them: what REST asks beside what meetings need of a store.
// Calls are answered as Store's are, and those about one room are carried out in the order of all
// calls about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "platform/store/access_store.h"

namespace confab::store {

struct RoomRecord;
struct RoomSettingsRecord;
struct KeptLine;
struct AttendanceRecord;

class RoomArchive {
 public:
  virtual ~RoomArchive() = default;

  // By code, those behind `after` (empty: from the first).
  virtual void list_rooms(std::string after, std::size_t count,
                          Answer<std::vector<RoomRecord>> answer) = 0;
  // Only while the settings are `expected`. False: they are not, or there is no such room.
  virtual void change_settings(std::string code, const RoomSettingsRecord& expected,
                               const RoomSettingsRecord& wanted, Answer<bool> answer) = 0;
  // Also what was said in it. False: as above.
  virtual void delete_room_as(std::string code, const RoomSettingsRecord& expected,
                              Answer<bool> answer) = 0;
  // What was said to all, newest first, below the number `before`.
  virtual void read_chat(std::string code, std::int64_t before, std::size_t count,
                         Answer<std::vector<KeptLine>> answer) = 0;
  // Of what was said to all. False: there is no such line.
  virtual void delete_message(std::string code, MessageId message, Answer<bool> answer) = 0;

  // ---- who was there ----
  // Nobody is left over of meetings that were there before, and what is too much of them goes.
  virtual void begin_attendance(std::string code, Answer<void> answer) = 0;
  virtual void note_joined(AttendanceRecord who, Answer<void> answer) = 0;
  // By meeting and participant; with the name and role that they had last.
  virtual void note_left(AttendanceRecord who, Answer<void> answer) = 0;
  // For `present`, who were in it until then; when the others left whose stay is open is not known.
  virtual void end_attendance(std::string code, MeetingId meeting,
                              const std::vector<ParticipantId>& present, std::int64_t at_ms,
                              Answer<void> answer) = 0;
  // Newest first, below the number `before`; of one meeting, if it is set.
  virtual void attendance(std::string code, MeetingId meeting, std::int64_t before,
                          std::size_t count, Answer<std::vector<AttendanceRecord>> answer) = 0;
};

}  // namespace confab::store
