#include "platform/store/postgres/migrations.h"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

namespace confab::store::postgres {
namespace {

// Times as in SQLite's tables: milliseconds since 1970, as integers, so that a clock that jumps is
// seen for what it is (RetentionClock).
constexpr std::array<const char*, kSchemaVersion> kSteps = {
    // 1: rooms, what was said in them, the last token of each participant, and the clock that age
    // is
    // measured by.
    R"sql(
      CREATE TABLE rooms (
        id text PRIMARY KEY,
        code text NOT NULL UNIQUE,
        created_at_ms bigint NOT NULL,
        used_at_ms bigint NOT NULL
      );
      CREATE INDEX rooms_by_use ON rooms (used_at_ms);
      CREATE TABLE chat (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        from_id text NOT NULL,
        from_name text NOT NULL,
        to_id text,
        to_name text NOT NULL,
        text text NOT NULL,
        sent_at_ms bigint NOT NULL
      );
      CREATE INDEX chat_by_room ON chat (room, seq);
      CREATE INDEX chat_by_time ON chat (sent_at_ms);
      CREATE TABLE tokens (
        participant text PRIMARY KEY,
        room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        generation bigint NOT NULL,
        attempt text NOT NULL,
        expires_at_ms bigint NOT NULL
      );
      CREATE INDEX tokens_by_room ON tokens (room, expires_at_ms);
      CREATE INDEX tokens_by_time ON tokens (expires_at_ms);
      CREATE TABLE retention_clock (
        id integer PRIMARY KEY CHECK (id = 1),
        trusted_ms bigint NOT NULL,
        unix_ms bigint NOT NULL
      );
      CREATE TABLE write_check (
        id integer PRIMARY KEY CHECK (id = 1),
        filler bytea NOT NULL
      );
    )sql",
    // 2: who may do what, what was done, and who is told (access_store.h).
    R"sql(
      CREATE TABLE api_keys (
        id text PRIMARY KEY,
        name text NOT NULL,
        scopes text NOT NULL,
        sealed_secret text NOT NULL,
        created_at_ms bigint NOT NULL,
        revoked_at_ms bigint NOT NULL
      );
      CREATE TABLE revocations (
        issuer text NOT NULL,
        id text NOT NULL,
        expires_at_ms bigint NOT NULL,
        revoked_at_ms bigint NOT NULL,
        PRIMARY KEY (issuer, id)
      );
      CREATE INDEX revocations_by_time ON revocations (revoked_at_ms);
      CREATE TABLE signing_keys (
        generation bigint PRIMARY KEY,
        key_id text NOT NULL,
        sealed_pem text NOT NULL,
        created_at_ms bigint NOT NULL
      );
      CREATE TABLE webhooks (
        id text PRIMARY KEY,
        url text NOT NULL,
        events text NOT NULL,
        sealed_secret text NOT NULL,
        created_at_ms bigint NOT NULL
      );
      CREATE TABLE deliveries (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        webhook text NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        event text NOT NULL,
        body text NOT NULL,
        created_at_ms bigint NOT NULL,
        state integer NOT NULL,
        attempts integer NOT NULL,
        next_at_ms bigint NOT NULL,
        status integer NOT NULL,
        error text NOT NULL
      );
      CREATE INDEX deliveries_waiting ON deliveries (next_at_ms) WHERE state = 0;
      CREATE INDEX deliveries_by_webhook ON deliveries (webhook, seq);
      CREATE TABLE audit (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at_ms bigint NOT NULL,
        actor text NOT NULL,
        from_address text NOT NULL,
        action text NOT NULL,
        target text NOT NULL,
        outcome text NOT NULL
      );
    )sql",
    // 3: rooms with an owner, settings and a password; who has a role in them, and who is out.
    R"sql(
      ALTER TABLE rooms ADD COLUMN title text NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN has_lobby bigint NOT NULL DEFAULT 0;
      ALTER TABLE rooms ADD COLUMN is_locked bigint NOT NULL DEFAULT 0;
      ALTER TABLE rooms ADD COLUMN password_hash text NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN may_unmute bigint NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN may_share bigint NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN may_chat bigint NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN host_key_hash text NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN owner text NOT NULL DEFAULT '';
      CREATE TABLE people (
        room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        subject text NOT NULL,
        role bigint,
        is_out bigint NOT NULL,
        ban text NOT NULL,
        name text NOT NULL,
        at_ms bigint NOT NULL,
        PRIMARY KEY (room, subject)
      );
      CREATE INDEX people_by_time ON people (at_ms);
    )sql",
    // 4: who was in which meeting.
    R"sql(
      CREATE TABLE attendance (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        meeting text NOT NULL,
        participant text NOT NULL,
        name text NOT NULL,
        role text NOT NULL,
        joined_at_ms bigint NOT NULL,
        left_at_ms bigint NOT NULL
      );
      CREATE INDEX attendance_by_room ON attendance (room, seq);
      CREATE INDEX attendance_by_meeting ON attendance (meeting);
      CREATE INDEX attendance_by_time ON attendance (joined_at_ms);
    )sql",
    // 5: people who sign in (account_store.h), and which rooms are whose.
    R"sql(
      CREATE TABLE accounts (
        id text PRIMARY KEY,
        email text NOT NULL UNIQUE,
        name text NOT NULL,
        password_hash text NOT NULL,
        generation bigint NOT NULL,
        created_at_ms bigint NOT NULL,
        disabled_at_ms bigint NOT NULL
      );
      CREATE TABLE sessions (
        hash text PRIMARY KEY,
        account text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        generation bigint NOT NULL,
        created_at_ms bigint NOT NULL,
        used_at_ms bigint NOT NULL
      );
      CREATE INDEX sessions_by_account ON sessions (account, used_at_ms);
      CREATE TABLE account_links (
        account text PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
        hash text NOT NULL UNIQUE,
        generation bigint NOT NULL,
        expires_at_ms bigint NOT NULL
      );
      CREATE TABLE logins (
        issuer text NOT NULL,
        subject text NOT NULL,
        account text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        PRIMARY KEY (issuer, subject),
        UNIQUE (account, issuer)
      );
      CREATE INDEX rooms_by_owner ON rooms (owner, created_at_ms) WHERE owner <> '';
    )sql",
    // 6: whose address is known to be theirs, and who looks after the server.
    R"sql(
      ALTER TABLE accounts ADD COLUMN is_proven smallint NOT NULL DEFAULT 0;
      ALTER TABLE accounts ADD COLUMN is_operator smallint NOT NULL DEFAULT 0;
      UPDATE accounts SET is_proven = 1
        WHERE password_hash <> '' OR id IN (SELECT account FROM logins);
    )sql",
};

struct Close {
  void operator()(PGconn* raw) const { PQfinish(raw); }
  void operator()(PGresult* raw) const { PQclear(raw); }
};
using Session = std::unique_ptr<PGconn, Close>;

std::string in_words(std::string_view text) {
  const auto end = text.find_last_not_of(" \n");
  return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

std::unexpected<Error> unavailable(std::string_view what, const Session& session) {
  return fail(ErrorCode::kUnavailable, "the database " + std::string(what) + ": " +
                                           in_words(PQerrorMessage(session.get())) +
                                           " (is database.url right, and PostgreSQL running?)");
}

// The first column of the first row; nothing if there is none.
Result<std::optional<std::string>> ask(const Session& session, const std::string& sql) {
  const std::unique_ptr<PGresult, Close> result(PQexec(session.get(), sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    return unavailable("refused", session);
  }
  if (PQntuples(result.get()) == 0) return std::nullopt;
  return std::string(PQgetvalue(result.get(), 0, 0));
}

Result<Session> open(const std::string& url, Duration patience) {
  const std::string seconds = std::to_string(std::max<std::int64_t>(to_ms(patience) / 1000, 2));
  const std::string timeout = "-c statement_timeout=" + std::to_string(to_ms(patience));
  const std::array keys = {"dbname", "connect_timeout", "options",
                           static_cast<const char*>(nullptr)};
  const std::array values = {url.c_str(), seconds.c_str(), timeout.c_str(),
                             static_cast<const char*>(nullptr)};
  Session session(PQconnectdbParams(keys.data(), values.data(), 1));
  if (PQstatus(session.get()) != CONNECTION_OK) return unavailable("is not available", session);
  // "already exists, skipping" is no news.
  if (auto quiet = ask(session, "SET client_min_messages = warning"); !quiet) {
    return std::unexpected(quiet.error());
  }
  return session;
}

Result<std::int64_t> version_of(const Session& session) {
  const auto version = ask(session, "SELECT max(version) FROM confab_schema");
  if (!version) return std::unexpected(version.error());
  std::int64_t value = 0;
  if (*version) std::from_chars((*version)->data(), (*version)->data() + (*version)->size(), value);
  return value;
}

Result<void> take_steps(const Session& session, std::int64_t wanted) {
  auto made = ask(session,
                  "CREATE TABLE IF NOT EXISTS confab_schema (version bigint PRIMARY KEY,"
                  " applied_at timestamptz NOT NULL DEFAULT now())");
  if (!made) return std::unexpected(made.error());
  const auto found = version_of(session);
  if (!found) return std::unexpected(found.error());
  if (*found > kSchemaVersion) {
    return fail(ErrorCode::kUnsupported, "the database was written by a newer confab (schema " +
                                             std::to_string(*found) + ", this one knows " +
                                             std::to_string(kSchemaVersion) + "); upgrade confab");
  }
  for (std::int64_t version = *found + 1; version <= wanted; ++version) {
    const auto done =
        ask(session, "BEGIN;" + std::string(kSteps[static_cast<std::size_t>(version) - 1]) +
                         ";INSERT INTO confab_schema (version) VALUES (" + std::to_string(version) +
                         ");COMMIT");
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace

Result<void> migrate(const std::string& url, Duration patience, std::int64_t wanted) {
  const auto session = open(url, patience);
  if (!session) return std::unexpected(session.error());
  // Let go by the end of the session, whatever happens. The number is "confab" in ASCII.
  if (auto locked = ask(*session, "SELECT pg_advisory_lock(x'636f6e666162'::bigint)"); !locked) {
    return std::unexpected(locked.error());
  }
  return take_steps(*session, wanted);
}

}  // namespace confab::store::postgres
