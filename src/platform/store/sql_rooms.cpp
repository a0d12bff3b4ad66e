#include "platform/store/sql_rooms.h"

#include <cstdint>

#include "platform/store/store.h"

namespace confab::store {
namespace {

using Row = SqlRow;

// In the order of the columns in the queries below.
void append(std::vector<std::string>& to, const RoomSettingsRecord& settings) {
  to.insert(to.end(), {settings.title, text_of(settings.has_lobby), text_of(settings.is_locked),
                       settings.password_hash, text_of(settings.may_unmute),
                       text_of(settings.may_share), text_of(settings.may_chat)});
}

RoomRecord read_room(Row row) {
  RoomRecord out{RoomId::parse(row[0]).value_or(RoomId{}), std::move(row[1]), number(row[2])};
  out.settings = {std::move(row[3]),   number(row[4]) != 0, number(row[5]) != 0, std::move(row[6]),
                  number(row[7]) != 0, number(row[8]) != 0, number(row[9]) != 0};
  out.owner = std::move(row[10]);
  return out;
}

KeptLine read_line(Row row) {
  KeptLine out;
  out.number = number(row[0]);
  out.line.id = MessageId::parse(row[1]).value_or(MessageId{});
  out.line.from = ParticipantId::parse(row[2]).value_or(ParticipantId{});
  out.line.from_name = std::move(row[3]);
  out.line.text = std::move(row[4]);
  out.line.sent_at_ms = number(row[5]);
  return out;
}

AttendanceRecord read_attendance(Row row) {
  AttendanceRecord out;
  out.number = number(row[0]);
  out.meeting = MeetingId::parse(row[1]).value_or(MeetingId{});
  out.participant = ParticipantId::parse(row[2]).value_or(ParticipantId{});
  out.name = std::move(row[3]);
  out.role = std::move(row[4]);
  out.joined_at_ms = number(row[5]);
  out.left_at_ms = number(row[6]);
  return out;
}

}  // namespace

void SqlRooms::list_rooms(std::string after, std::size_t count,
                          Answer<std::vector<RoomRecord>> answer) {
  list({"list_rooms",
        "SELECT id, code, created_at_ms, title, has_lobby, is_locked, password_hash, may_unmute,"
        " may_share, may_chat, owner FROM rooms WHERE code > $1 ORDER BY code LIMIT $2",
        {std::move(after), std::to_string(count)},
        11},
       read_room, std::move(answer));
}

void SqlRooms::change_settings(std::string code, const RoomSettingsRecord& expected,
                               const RoomSettingsRecord& wanted, Answer<bool> answer) {
  SqlQuery query{"change_settings",
                 "UPDATE rooms SET title = $2, has_lobby = $3, is_locked = $4, password_hash = $5,"
                 " may_unmute = $6, may_share = $7, may_chat = $8 WHERE code = $1"
                 " AND title = $9 AND has_lobby = $10 AND is_locked = $11 AND password_hash = $12"
                 " AND may_unmute = $13 AND may_share = $14 AND may_chat = $15 RETURNING code",
                 {code},
                 1,
                 code};
  append(query.parameters, wanted);
  append(query.parameters, expected);
  ask_if_any(std::move(query), std::move(answer));
}

void SqlRooms::delete_room_as(std::string code, const RoomSettingsRecord& expected,
                              Answer<bool> answer) {
  SqlQuery query{"delete_room_as",
                 "DELETE FROM rooms WHERE code = $1 AND title = $2 AND has_lobby = $3"
                 " AND is_locked = $4 AND password_hash = $5 AND may_unmute = $6"
                 " AND may_share = $7 AND may_chat = $8 RETURNING code",
                 {code},
                 1,
                 code};
  append(query.parameters, expected);
  ask_if_any(std::move(query), std::move(answer));
}

void SqlRooms::read_chat(std::string code, std::int64_t before, std::size_t count,
                         Answer<std::vector<KeptLine>> answer) {
  list({"read_chat",
        "SELECT chat.seq, chat.id, chat.from_id, chat.from_name, chat.text, chat.sent_at_ms"
        " FROM chat JOIN rooms ON rooms.id = chat.room WHERE rooms.code = $1"
        " AND chat.to_id IS NULL AND chat.seq < $2 ORDER BY chat.seq DESC LIMIT $3",
        {code, std::to_string(before), std::to_string(count)},
        6,
        code},
       read_line, std::move(answer));
}

void SqlRooms::delete_message(std::string code, MessageId message, Answer<bool> answer) {
  ask_if_any({"delete_message",
              "DELETE FROM chat WHERE id = $2 AND to_id IS NULL"
              " AND room = (SELECT id FROM rooms WHERE code = $1) RETURNING id",
              {code, message.to_string()},
              1,
              code},
             std::move(answer));
}

void SqlRooms::begin_attendance(std::string code, Answer<void> answer) {
  run_({"trim_attendance",
        "DELETE FROM attendance WHERE room = (SELECT id FROM rooms WHERE code = $1) AND seq <="
        " (SELECT last.seq FROM attendance AS last JOIN rooms ON rooms.id = last.room"
        " WHERE rooms.code = $1 ORDER BY last.seq DESC LIMIT 1 OFFSET $2)",
        {code, std::to_string(kAttendanceKept)},
        0,
        code},
       // What is too much stays until the next meeting then.
       [](const Result<SqlRows>&) {});
  // The first join of the new one comes after it, in the order of the room.
  run({"close_attendance",
       "UPDATE attendance SET left_at_ms = -1 WHERE left_at_ms = 0"
       " AND room = (SELECT id FROM rooms WHERE code = $1)",
       {code},
       0,
       code},
      std::move(answer));
}

void SqlRooms::note_joined(AttendanceRecord who, Answer<void> answer) {
  // Who comes back had left, whether that was heard of or not.
  run_({"close_stay",
        "UPDATE attendance SET left_at_ms = -1"
        " WHERE meeting = $1 AND participant = $2 AND left_at_ms = 0",
        {who.meeting.to_string(), who.participant.to_string()},
        0,
        who.room_code},
       [](const Result<SqlRows>&) {});
  run({"note_joined",
       "INSERT INTO attendance (room, meeting, participant, name, role, joined_at_ms, left_at_ms)"
       " SELECT id, $2, $3, $4, $5, CAST($6 AS bigint), 0 FROM rooms WHERE code = $1",
       {who.room_code, who.meeting.to_string(), who.participant.to_string(), std::move(who.name),
        std::move(who.role), std::to_string(who.joined_at_ms)},
       0,
       who.room_code},
      std::move(answer));
}

void SqlRooms::note_left(AttendanceRecord who, Answer<void> answer) {
  run({"note_left",
       "UPDATE attendance SET left_at_ms = $3, name = $4, role = $5"
       " WHERE meeting = $1 AND participant = $2 AND left_at_ms = 0",
       {who.meeting.to_string(), who.participant.to_string(), std::to_string(who.left_at_ms),
        std::move(who.name), std::move(who.role)},
       0,
       std::move(who.room_code)},
      std::move(answer));
}

void SqlRooms::end_attendance(std::string code, MeetingId meeting,
                              const std::vector<ParticipantId>& present, std::int64_t at_ms,
                              Answer<void> answer) {
  // Ids are of one length and hold no comma, so that one is found in the list only as a whole.
  std::string list;
  for (const ParticipantId& each : present) list += each.to_string() + ',';
  run({"end_attendance",
       "UPDATE attendance SET left_at_ms = CASE WHEN $3 LIKE '%' || participant || '%'"
       " THEN CAST($2 AS bigint) ELSE -1 END WHERE meeting = $1 AND left_at_ms = 0",
       {meeting.to_string(), std::to_string(at_ms), std::move(list)},
       0,
       std::move(code)},
      std::move(answer));
}

void SqlRooms::attendance(std::string code, MeetingId meeting, std::int64_t before,
                          std::size_t count, Answer<std::vector<AttendanceRecord>> answer) {
  list({"attendance",
        "SELECT a.seq, a.meeting, a.participant, a.name, a.role, a.joined_at_ms, a.left_at_ms"
        " FROM attendance AS a JOIN rooms ON rooms.id = a.room WHERE rooms.code = $1"
        " AND a.seq < $2 AND ($4 = '' OR a.meeting = $4) ORDER BY a.seq DESC LIMIT $3",
        {code, std::to_string(before), std::to_string(count),
         meeting.is_set() ? meeting.to_string() : ""},
        7,
        code},
       read_attendance, std::move(answer));
}

}  // namespace confab::store
