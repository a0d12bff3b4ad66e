// Rooms and chat between how `call` and how the store know them.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.h"
#include "call/actions.h"
#include "call/types.h"
#include "platform/store/store.h"

namespace confab::signaling {

Result<std::optional<call::Room>> to_room(Result<std::optional<store::LoadedRoom>> loaded);
call::RoomSettings to_settings(store::RoomSettingsRecord record);
store::RoomSettingsRecord to_record(const call::RoomSettings& settings);
store::PersonRecord to_record(const call::SavePerson& action);
store::ChatRecord to_record(const call::SaveChat& action);
// Of a join or a leaving, at `at_ms`.
store::AttendanceRecord to_record(const call::Happened& happened, std::int64_t at_ms);
store::TokenRecord to_record(const call::SaveToken& action, std::int64_t expires_at_ms);

}  // namespace confab::signaling
