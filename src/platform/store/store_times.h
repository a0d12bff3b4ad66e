// How long a store's operations took and what came of them, from being asked until the database had
// answered. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/instant.h"
#include "platform/metrics/latency.h"

namespace confab::store {

// "conflict": what was to be made is there already. "full": not asked, since too much was asked.
inline constexpr std::array<std::string_view, 4> kStoreResults = {"ok", "conflict", "full",
                                                                  "failed"};

struct OperationTimes {
  std::string_view operation;
  std::array<std::uint64_t, kStoreResults.size()> results{};
  metrics::Latency latency;
};

class StoreTimes {
 public:
  // As the queries are named, so that each has its line from the start. The last is for one that
  // was forgotten here: the stores' contract fails then.
  static constexpr auto kOperations = std::to_array<std::string_view>({"account_of_link",
                                                                       "accounts",
                                                                       "add_account",
                                                                       "add_api_key",
                                                                       "add_delivery",
                                                                       "add_link",
                                                                       "add_login",
                                                                       "add_session",
                                                                       "add_signing_key",
                                                                       "add_webhook",
                                                                       "api_keys",
                                                                       "append_chat",
                                                                       "attendance",
                                                                       "audit",
                                                                       "change_settings",
                                                                       "check",
                                                                       "close_attendance",
                                                                       "close_stay",
                                                                       "create_room",
                                                                       "delete_account",
                                                                       "delete_message",
                                                                       "delete_own_rooms",
                                                                       "delete_room",
                                                                       "delete_room_as",
                                                                       "deliveries",
                                                                       "disable_account",
                                                                       "drop_ban",
                                                                       "drop_deliveries",
                                                                       "drop_old_sessions",
                                                                       "drop_people_of_owner",
                                                                       "end_attendance",
                                                                       "end_session",
                                                                       "end_sessions",
                                                                       "find_account",
                                                                       "find_login",
                                                                       "find_room",
                                                                       "find_session",
                                                                       "hand_over_account",
                                                                       "keep_retention_clock",
                                                                       "list_rooms",
                                                                       "load_people",
                                                                       "load_room",
                                                                       "load_tokens",
                                                                       "note_joined",
                                                                       "note_left",
                                                                       "own_rooms",
                                                                       "purge",
                                                                       "read_chat",
                                                                       "read_retention_clock",
                                                                       "remove_webhook",
                                                                       "repeat_delivery",
                                                                       "revocations",
                                                                       "revoke_api_key",
                                                                       "revoke_token",
                                                                       "save_person",
                                                                       "save_settings",
                                                                       "save_token",
                                                                       "set_operator",
                                                                       "set_password",
                                                                       "settle_delivery",
                                                                       "signing_keys",
                                                                       "take_deliveries",
                                                                       "take_link",
                                                                       "tidy_audit",
                                                                       "tidy_audit_of_accounts",
                                                                       "tidy_audit_of_sessions",
                                                                       "tidy_audit_of_tokens",
                                                                       "tidy_deliveries",
                                                                       "tidy_links",
                                                                       "tidy_revocations",
                                                                       "tidy_sessions",
                                                                       "touch_rooms",
                                                                       "trim_attendance",
                                                                       "use_session",
                                                                       "webhooks",
                                                                       "write_audit",
                                                                       "other"});
  using All = std::array<OperationTimes, kOperations.size()>;

  StoreTimes();
  void add(std::string_view operation, std::optional<ErrorCode> error, Duration took);
  All all() const;

 private:
  mutable std::mutex mutex_;
  All all_{};
};

}  // namespace confab::store
