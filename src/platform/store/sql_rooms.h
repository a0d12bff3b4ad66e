// RoomArchive in SQL, once for SQLite and PostgreSQL. Private to this module.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/store/room_archive.h"
#include "platform/store/sql_asker.h"

namespace confab::store {

class SqlRooms final : public RoomArchive, private SqlAsker {
 public:
  explicit SqlRooms(SqlRun run) : SqlAsker(std::move(run)) {}

  void list_rooms(std::string after, std::size_t count,
                  Answer<std::vector<RoomRecord>> answer) override;
  void change_settings(std::string code, const RoomSettingsRecord& expected,
                       const RoomSettingsRecord& wanted, Answer<bool> answer) override;
  void delete_room_as(std::string code, const RoomSettingsRecord& expected,
                      Answer<bool> answer) override;
  void read_chat(std::string code, std::int64_t before, std::size_t count,
                 Answer<std::vector<KeptLine>> answer) override;
  void delete_message(std::string code, MessageId message, Answer<bool> answer) override;
  void begin_attendance(std::string code, Answer<void> answer) override;
  void note_joined(AttendanceRecord who, Answer<void> answer) override;
  void note_left(AttendanceRecord who, Answer<void> answer) override;
  void end_attendance(std::string code, MeetingId meeting,
                      const std::vector<ParticipantId>& present, std::int64_t at_ms,
                      Answer<void> answer) override;
  void attendance(std::string code, MeetingId meeting, std::int64_t before, std::size_t count,
                  Answer<std::vector<AttendanceRecord>> answer) override;
};

}  // namespace confab::store
