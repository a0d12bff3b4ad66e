// AccessStore over a database that is asked in SQL, once for SQLite and PostgreSQL: what it says
// both understand. Private to this module.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/store/access_store.h"
#include "platform/store/sql_asker.h"

namespace confab::store {

class SqlAccess final : public AccessStore, private SqlAsker {
 public:
  explicit SqlAccess(SqlRun run) : SqlAsker(std::move(run)) {}

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
};

}  // namespace confab::store
