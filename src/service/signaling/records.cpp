#include "service/signaling/records.h"

#include <string>
#include <utility>

namespace confab::signaling {
namespace {

// Who wrote it is known by id and name; the socket of that day is gone.
call::ChatMessage to_message(store::ChatRecord& record) {
  call::ChatMessage out;
  out.id = record.id;
  out.from = {record.from, "", std::move(record.from_name)};
  if (record.to) out.to = call::Who{*record.to, "", std::move(record.to_name)};
  out.text = std::move(record.text);
  out.sent_at_ms = record.sent_at_ms;
  return out;
}

// A role that this build does not know is none.
std::optional<call::Role> to_role(const std::optional<std::int64_t>& number) {
  for (const auto known :
       {call::Role::kViewer, call::Role::kMember, call::Role::kCohost, call::Role::kHost}) {
    if (number == static_cast<std::int64_t>(known)) return known;
  }
  return std::nullopt;
}

call::RegisterEntry to_entry(store::PersonRecord& record) {
  return {std::move(record.subject),
          to_role(record.role),
          record.is_out,
          call::BanId::parse(record.ban).value_or(call::BanId{}),
          std::move(record.name),
          record.at_ms};
}

}  // namespace

call::RoomSettings to_settings(store::RoomSettingsRecord record) {
  return {std::move(record.title),
          record.has_lobby,
          record.is_locked,
          std::move(record.password_hash),
          {record.may_unmute, record.may_share, record.may_chat}};
}

store::RoomSettingsRecord to_record(const call::RoomSettings& settings) {
  return {settings.title,           settings.has_lobby,          settings.is_locked,
          settings.password_hash,   settings.permissions.unmute, settings.permissions.share,
          settings.permissions.chat};
}

store::PersonRecord to_record(const call::SavePerson& action) {
  const call::RegisterEntry& entry = action.entry;
  std::optional<std::int64_t> role;
  if (entry.role) role = static_cast<std::int64_t>(*entry.role);
  return {action.room,
          entry.subject,
          role,
          entry.is_out,
          entry.ban.is_set() ? entry.ban.to_string() : "",
          entry.name,
          entry.at_ms,
          action.code};
}

Result<std::optional<call::Room>> to_room(Result<std::optional<store::LoadedRoom>> loaded) {
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (!*loaded) return std::nullopt;
  store::LoadedRoom& from = **loaded;
  call::Room out;
  out.id = from.room.id;
  out.code = std::move(from.room.code);
  out.settings = to_settings(std::move(from.room.settings));
  out.host_key_hash = std::move(from.room.host_key_hash);
  out.owner = std::move(from.room.owner);
  for (store::PersonRecord& person : from.people) out.people.push_back(to_entry(person));
  for (store::TokenRecord& token : from.tokens) {
    out.tokens.push_back({token.participant, token.generation, std::move(token.attempt)});
  }
  for (store::ChatRecord& record : from.chat) out.chat.push_back(to_message(record));
  return out;
}

store::ChatRecord to_record(const call::SaveChat& action) {
  const call::ChatMessage& message = action.message;
  store::ChatRecord out;
  out.id = message.id;
  out.room = action.room;
  out.from = message.from.id;
  out.from_name = message.from.name;
  if (message.to) {
    out.to = message.to->id;
    out.to_name = message.to->name;
  }
  out.text = message.text;
  out.sent_at_ms = message.sent_at_ms;
  out.room_code = action.code;
  return out;
}

store::TokenRecord to_record(const call::SaveToken& action, std::int64_t expires_at_ms) {
  return {action.issue.participant, action.room,   action.issue.generation,
          action.issue.attempt,     expires_at_ms, action.code};
}

store::AttendanceRecord to_record(const call::Happened& happened, std::int64_t at_ms) {
  return {0,
          happened.code,
          happened.meeting,
          happened.who ? happened.who->id : ParticipantId{},
          happened.who ? happened.who->name : "",
          std::string(call::role_name(happened.role)),
          at_ms,
          at_ms};
}

}  // namespace confab::signaling
