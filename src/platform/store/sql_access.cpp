#include "platform/store/sql_access.h"

namespace confab::store {
namespace {

using Row = SqlRow;

ApiKeyRecord read_api_key(Row row) {
  return {std::move(row[0]), std::move(row[1]), std::move(row[2]),
          std::move(row[3]), number(row[4]),    number(row[5])};
}
RevocationRecord read_revocation(Row row) {
  return {std::move(row[0]), std::move(row[1]), number(row[2]), number(row[3])};
}
SigningKeyRecord read_signing_key(Row row) {
  return {number(row[0]), std::move(row[1]), std::move(row[2]), number(row[3])};
}
WebhookRecord read_webhook(Row row) {
  return {std::move(row[0]), std::move(row[1]), std::move(row[2]), std::move(row[3]),
          number(row[4])};
}
DeliveryRecord read_delivery(Row row) {
  return {std::move(row[0]), std::move(row[1]), std::move(row[2]),
          std::move(row[3]), number(row[4]),    static_cast<DeliveryState>(number(row[5])),
          number(row[6]),    number(row[7]),    number(row[8]),
          std::move(row[9])};
}
AuditRecord read_audit(Row row) {
  return {number(row[0]),    number(row[1]),    std::move(row[2]), std::move(row[3]),
          std::move(row[4]), std::move(row[5]), std::move(row[6])};
}

constexpr std::int64_t kAll = std::int64_t{1} << 62;

// Those that are over, and how far back.
constexpr std::int64_t kRevocationGraceMs = std::int64_t{7} * 24 * 3600 * 1000;

}  // namespace

// ---- keys ----

// Counted where they are: a process knows neither those that it can not read, nor those that others
// make just now.
void SqlAccess::add_api_key(ApiKeyRecord key, Answer<void> answer) {
  ask_if_any(
      {"add_api_key",
       "INSERT INTO api_keys (id, name, scopes, sealed_secret, created_at_ms, revoked_at_ms)"
       " SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT)"
       " WHERE (SELECT count(*) FROM api_keys) < CAST($7 AS BIGINT) RETURNING id",
       {std::move(key.id), std::move(key.name), std::move(key.scopes), std::move(key.sealed_secret),
        text_of(key.created_at_ms), text_of(key.revoked_at_ms), text_of(kApiKeysMax)},
       1},
      [answer = std::move(answer)](Result<bool> added) mutable {
        if (!added) return answer(std::unexpected(std::move(added).error()));
        if (!*added) return answer(fail(ErrorCode::kFull, "there are 1000 API keys already"));
        answer({});
      });
}

void SqlAccess::api_keys(Answer<std::vector<ApiKeyRecord>> answer) {
  list({"api_keys",
        "SELECT id, name, scopes, sealed_secret, created_at_ms, revoked_at_ms FROM api_keys"
        " ORDER BY created_at_ms, id",
        {},
        6},
       read_api_key, std::move(answer));
}

void SqlAccess::revoke_api_key(std::string id, std::int64_t at_ms, Answer<bool> answer) {
  ask_if_any({"revoke_api_key",
              "UPDATE api_keys SET revoked_at_ms = CASE revoked_at_ms WHEN 0 THEN $2"
              " ELSE revoked_at_ms END WHERE id = $1 RETURNING id",
              {std::move(id), text_of(at_ms)},
              1},
             std::move(answer));
}

void SqlAccess::revoke_token(RevocationRecord token, Answer<void> answer) {
  run({"revoke_token",
       "INSERT INTO revocations (issuer, id, expires_at_ms, revoked_at_ms) VALUES ($1, $2, $3, $4)"
       " ON CONFLICT (issuer, id) DO UPDATE SET expires_at_ms = excluded.expires_at_ms,"
       " revoked_at_ms = excluded.revoked_at_ms",
       {std::move(token.issuer), std::move(token.id), text_of(token.expires_at_ms),
        text_of(token.revoked_at_ms)}},
      std::move(answer));
}

void SqlAccess::revocations(std::int64_t since_ms, Answer<std::vector<RevocationRecord>> answer) {
  list({"revocations",
        "SELECT issuer, id, expires_at_ms, revoked_at_ms FROM revocations"
        " WHERE revoked_at_ms >= $1 ORDER BY revoked_at_ms DESC LIMIT $2",
        {text_of(since_ms), text_of(kRevocationsMax)},
        4},
       read_revocation, std::move(answer));
}

void SqlAccess::add_signing_key(SigningKeyRecord key, std::string in_place_of,
                                Answer<void> answer) {
  run({"add_signing_key",
       "INSERT INTO signing_keys (generation, key_id, sealed_pem, created_at_ms)"
       " VALUES ($1, $2, $3, $4) ON CONFLICT (generation) DO UPDATE SET key_id = excluded.key_id,"
       " sealed_pem = excluded.sealed_pem, created_at_ms = excluded.created_at_ms"
       " WHERE signing_keys.key_id = $5",
       {text_of(key.generation), std::move(key.key_id), std::move(key.sealed_pem),
        text_of(key.created_at_ms), std::move(in_place_of)}},
      std::move(answer));
}

void SqlAccess::signing_keys(Answer<std::vector<SigningKeyRecord>> answer) {
  list({"signing_keys",
        "SELECT generation, key_id, sealed_pem, created_at_ms FROM signing_keys"
        " ORDER BY generation DESC LIMIT 10",
        {},
        4},
       read_signing_key, std::move(answer));
}

// ---- webhooks ----

void SqlAccess::add_webhook(WebhookRecord webhook, Answer<void> answer) {
  run({"add_webhook",
       "INSERT INTO webhooks (id, url, events, sealed_secret, created_at_ms)"
       " VALUES ($1, $2, $3, $4, $5)",
       {std::move(webhook.id), std::move(webhook.url), std::move(webhook.events),
        std::move(webhook.sealed_secret), text_of(webhook.created_at_ms)}},
      std::move(answer));
}

void SqlAccess::webhooks(Answer<std::vector<WebhookRecord>> answer) {
  list({"webhooks",
        "SELECT id, url, events, sealed_secret, created_at_ms FROM webhooks"
        " ORDER BY created_at_ms, id",
        {},
        5},
       read_webhook, std::move(answer));
}

void SqlAccess::remove_webhook(std::string id, Answer<bool> answer) {
  ask_if_any(
      {"remove_webhook", "DELETE FROM webhooks WHERE id = $1 RETURNING id", {std::move(id)}, 1},
      std::move(answer));
}

void SqlAccess::add_delivery(DeliveryRecord delivery, Answer<void> answer) {
  run({"add_delivery",
       "INSERT INTO deliveries (id, webhook, event, body, created_at_ms, state, attempts,"
       " next_at_ms, status, error) VALUES ($1, $2, $3, $4, $5, 0, 0, $6, 0, '')",
       {std::move(delivery.id), std::move(delivery.webhook), std::move(delivery.event),
        std::move(delivery.body), text_of(delivery.created_at_ms), text_of(delivery.next_at_ms)}},
      std::move(answer));
}

// Who comes second to a row finds that it is not due any more.
void SqlAccess::take_deliveries(std::int64_t now_ms, std::int64_t again_at_ms, std::size_t count,
                                const std::vector<std::string>& busy,
                                Answer<std::vector<DeliveryRecord>> answer) {
  // ",a,b,": a list has no one way to be written in SQLite and PostgreSQL.
  std::string passed_over = ",";
  for (const std::string& webhook : busy) passed_over += webhook + ',';
  list({"take_deliveries",
        "UPDATE deliveries SET next_at_ms = $2, attempts = attempts + 1"
        " WHERE state = 0 AND next_at_ms <= $1 AND seq IN (SELECT seq FROM (SELECT seq, attempts,"
        " row_number() OVER (PARTITION BY webhook ORDER BY attempts, seq) AS place"
        " FROM deliveries WHERE state = 0 AND next_at_ms <= $1"
        " AND $4 NOT LIKE '%,' || webhook || ',%') AS due"
        " WHERE place <= CAST($5 AS INTEGER) ORDER BY attempts, seq LIMIT $3)"
        " RETURNING id, webhook, event, body, created_at_ms, state, attempts, next_at_ms, status,"
        " error",
        {text_of(now_ms), text_of(again_at_ms), text_of(count), std::move(passed_over),
         text_of(kTakenOfOneWebhook)},
        10},
       read_delivery, std::move(answer));
}

void SqlAccess::settle_delivery(DeliveryRecord delivery, Answer<void> answer) {
  run({"settle_delivery",
       "UPDATE deliveries SET state = $2, next_at_ms = $3, status = $4, error = $5 WHERE id = $1",
       {std::move(delivery.id), text_of(static_cast<int>(delivery.state)),
        text_of(delivery.next_at_ms), text_of(delivery.status), std::move(delivery.error)}},
      std::move(answer));
}

void SqlAccess::repeat_delivery(std::string webhook, std::string id, std::int64_t now_ms,
                                Answer<bool> answer) {
  ask_if_any({"repeat_delivery",
              "UPDATE deliveries SET state = 0, attempts = 0, next_at_ms = $3"
              " WHERE id = $2 AND webhook = $1 RETURNING id",
              {std::move(webhook), std::move(id), text_of(now_ms)},
              1},
             std::move(answer));
}

void SqlAccess::deliveries(std::string webhook, std::int64_t before, std::size_t count,
                           Answer<std::vector<DeliveryRecord>> answer) {
  list(
      {"deliveries",
       "SELECT id, webhook, event, body, created_at_ms, state, attempts, next_at_ms, status,"
       " error, seq FROM deliveries WHERE webhook = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
       {std::move(webhook), text_of(before == 0 ? kAll : before), text_of(count)},
       11},
      [](Row row) {
        const std::int64_t seq = number(row[10]);
        DeliveryRecord out = read_delivery(std::move(row));
        out.number = seq;
        return out;
      },
      std::move(answer));
}

// ---- what was done ----

void SqlAccess::write_audit(AuditRecord record, Answer<void> answer) {
  run({"write_audit",
       "INSERT INTO audit (at_ms, actor, from_address, action, target, outcome)"
       " VALUES ($1, $2, $3, $4, $5, $6)",
       {text_of(record.at_ms), std::move(record.actor), std::move(record.from),
        std::move(record.action), std::move(record.target), std::move(record.outcome)}},
      std::move(answer));
}

void SqlAccess::audit(std::int64_t before, std::size_t count,
                      Answer<std::vector<AuditRecord>> answer) {
  list({"audit",
        "SELECT seq, at_ms, actor, from_address, action, target, outcome FROM audit"
        " WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
        {text_of(before == 0 ? kAll : before), text_of(count)},
        7},
       read_audit, std::move(answer));
}

void SqlAccess::tidy(std::int64_t now_ms, Answer<std::size_t> answer) {
  const auto nothing = [](const Result<void>&) {};
  run({"tidy_revocations",
       "DELETE FROM revocations WHERE expires_at_ms < $1",
       {text_of(now_ms - kRevocationGraceMs)}},
      nothing);
  // Of what was done with tokens, with sessions and by accounts as many each as of all else:
  // whoever may make tokens, tries passwords or has an account, of whom there are many, must not
  // push the rest out.
  run({"tidy_audit_of_tokens",
       "DELETE FROM audit WHERE action LIKE 'token.%' AND seq <= (SELECT seq FROM audit"
       " WHERE action LIKE 'token.%' ORDER BY seq DESC LIMIT 1 OFFSET $1)",
       {text_of(kAuditKept)}},
      nothing);
  run({"tidy_audit_of_sessions",
       "DELETE FROM audit WHERE action LIKE 'session.%' AND seq <= (SELECT seq FROM audit"
       " WHERE action LIKE 'session.%' ORDER BY seq DESC LIMIT 1 OFFSET $1)",
       {text_of(kAuditKept)}},
      nothing);
  run({"tidy_audit_of_accounts",
       "DELETE FROM audit WHERE actor LIKE 'account:%' AND action NOT LIKE 'session.%' AND"
       " seq <= (SELECT seq FROM audit WHERE actor LIKE 'account:%' AND action NOT LIKE"
       " 'session.%' ORDER BY seq DESC LIMIT 1 OFFSET $1)",
       {text_of(kAuditKept)}},
      nothing);
  run({"tidy_audit",
       "DELETE FROM audit WHERE action NOT LIKE 'token.%' AND action NOT LIKE 'session.%' AND"
       " actor NOT LIKE 'account:%' AND seq <= (SELECT seq FROM audit WHERE action NOT LIKE"
       " 'token.%' AND action NOT LIKE 'session.%' AND actor NOT LIKE 'account:%'"
       " ORDER BY seq DESC LIMIT 1 OFFSET $1)",
       {text_of(kAuditKept)}},
      nothing);
  run({"tidy_deliveries",
       "DELETE FROM deliveries WHERE state <> 0 AND seq <= (SELECT max(seq) FROM deliveries) - $1",
       {text_of(kDeliveriesKept)}},
      nothing);
  run_({"drop_deliveries",
        "DELETE FROM deliveries WHERE seq <= (SELECT max(seq) FROM deliveries) - $1 RETURNING id",
        {text_of(kDeliveriesMax)},
        1},
       [answer = std::move(answer)](const Result<SqlRows>& rows) mutable {
         if (!rows) return answer(std::unexpected(rows.error()));
         answer(rows->size());
       });
}

}  // namespace confab::store
