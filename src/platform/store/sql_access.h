// AccessStore over a database that is asked in SQL, once for SQLite and PostgreSQL: what it says
// both understand. Private to this module.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/store/access_store.h"

namespace confab::store {

struct SqlQuery {
  std::string_view name;
  const char* sql = nullptr;  // with $1, $2, …
  std::vector<std::string> parameters = {};
  int columns = 0;  // of each row that comes back
  // The code of the one that it is about: asked in the order of what is asked about it.
  std::string room = {};
};
// NULL reads as "", but no column of ours has it.
using SqlRows = std::vector<std::vector<std::string>>;
using SqlRun = std::function<void(SqlQuery query, Answer<SqlRows> answer)>;

class SqlAccess final : public AccessStore {
 public:
  explicit SqlAccess(SqlRun run) : run_(std::move(run)) {}

  void add_api_key(ApiKeyRecord key, Answer<void> answer) override;
  void api_keys(Answer<std::vector<ApiKeyRecord>> answer) override;
  void revoke_api_key(std::string id, std::int64_t at_ms, Answer<bool> answer) override;
  void revoke_token(RevocationRecord token, Answer<void> answer) override;
  void revocations(std::int64_t since_ms, Answer<std::vector<RevocationRecord>> answer) override;
  void add_signing_key(SigningKeyRecord key, std::string in_place_of, Answer<void> answer) override;
  void signing_keys(Answer<std::vector<SigningKeyRecord>> answer) override;
  void add_webhook(WebhookRecord webhook, Answer<void> answer) override;
  void webhooks(Answer<std::vector<WebhookRecord>> answer) override;
  void remove_webhook(std::string id, Answer<bool> answer) override;
  void add_delivery(DeliveryRecord delivery, Answer<void> answer) override;
  void take_deliveries(std::int64_t now_ms, std::int64_t again_at_ms, std::size_t count,
                       const std::vector<std::string>& busy,
                       Answer<std::vector<DeliveryRecord>> answer) override;
  void settle_delivery(DeliveryRecord delivery, Answer<void> answer) override;
  void repeat_delivery(std::string webhook, std::string id, std::int64_t now_ms,
                       Answer<bool> answer) override;
  void deliveries(std::string webhook, std::int64_t before, std::size_t count,
                  Answer<std::vector<DeliveryRecord>> answer) override;
  void write_audit(AuditRecord record, Answer<void> answer) override;
  void audit(std::int64_t before, std::size_t count,
             Answer<std::vector<AuditRecord>> answer) override;
  void tidy(std::int64_t now_ms, Answer<std::size_t> answer) override;

 private:
  void run(SqlQuery query, Answer<void> answer);
  void ask_if_any(SqlQuery query, Answer<bool> answer);
  template <typename Record, typename Read>
  void list(SqlQuery query, Read read, Answer<std::vector<Record>> answer);

  const SqlRun run_;
};

}  // namespace confab::store
