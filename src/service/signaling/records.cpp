#include "service/signaling/records.h"

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

}  // namespace

Result<std::optional<call::Room>> to_room(Result<std::optional<store::LoadedRoom>> loaded) {
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  if (!*loaded) return std::nullopt;
  store::LoadedRoom& from = **loaded;
  call::Room out{from.room.id, std::move(from.room.code), {}, {}};
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

}  // namespace confab::signaling
