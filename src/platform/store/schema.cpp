#include "platform/store/schema.h"

#include <array>
#include <string>

namespace confab::store {
namespace {

constexpr std::array<const char*, kSchemaVersion> kSteps = {
    // 1: rooms, and what was said in them.
    R"sql(
      CREATE TABLE rooms (
        id TEXT PRIMARY KEY NOT NULL,
        code TEXT NOT NULL UNIQUE,
        created_at_ms INTEGER NOT NULL,
        used_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX rooms_by_use ON rooms (used_at_ms);
      CREATE TABLE chat (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        from_id TEXT NOT NULL,
        from_name TEXT NOT NULL,
        to_id TEXT,
        to_name TEXT NOT NULL,
        text TEXT NOT NULL,
        sent_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX chat_by_room ON chat (room, seq);
      CREATE INDEX chat_by_time ON chat (sent_at_ms);
    )sql",
    // 2: the last resume token of each participant, as long as one of them could be shown.
    R"sql(
      CREATE TABLE tokens (
        participant TEXT PRIMARY KEY NOT NULL,
        room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        generation INTEGER NOT NULL,
        attempt TEXT NOT NULL,
        expires_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX tokens_by_room ON tokens (room, expires_at_ms);
      CREATE INDEX tokens_by_time ON tokens (expires_at_ms);
    )sql",
    // 3: the clock that age is measured by, and something to write when asked whether that works.
    R"sql(
      CREATE TABLE retention_clock (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        trusted_ms INTEGER NOT NULL,
        unix_ms INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE write_check (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        filler BLOB NOT NULL
      ) STRICT;
    )sql",
    // 4: who may do what, what was done, and who is told (access_store.h).
    R"sql(
      CREATE TABLE api_keys (
        id TEXT PRIMARY KEY NOT NULL,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        sealed_secret TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        revoked_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE revocations (
        issuer TEXT NOT NULL,
        id TEXT NOT NULL,
        expires_at_ms INTEGER NOT NULL,
        revoked_at_ms INTEGER NOT NULL,
        PRIMARY KEY (issuer, id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX revocations_by_time ON revocations (revoked_at_ms);
      CREATE TABLE signing_keys (
        generation INTEGER PRIMARY KEY,
        key_id TEXT NOT NULL,
        sealed_pem TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE webhooks (
        id TEXT PRIMARY KEY NOT NULL,
        url TEXT NOT NULL,
        events TEXT NOT NULL,
        sealed_secret TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
        event TEXT NOT NULL,
        body TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        state INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        next_at_ms INTEGER NOT NULL,
        status INTEGER NOT NULL,
        error TEXT NOT NULL
      ) STRICT;
      CREATE INDEX deliveries_waiting ON deliveries (next_at_ms) WHERE state = 0;
      CREATE INDEX deliveries_by_webhook ON deliveries (webhook, seq);
      CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        from_address TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        outcome TEXT NOT NULL
      ) STRICT;
    )sql",
    // 5: rooms with an owner, settings and a password; who has a role in them, and who is out.
    R"sql(
      ALTER TABLE rooms ADD COLUMN title TEXT NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN has_lobby INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE rooms ADD COLUMN is_locked INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE rooms ADD COLUMN password_hash TEXT NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN may_unmute INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN may_share INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN may_chat INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE rooms ADD COLUMN host_key_hash TEXT NOT NULL DEFAULT '';
      ALTER TABLE rooms ADD COLUMN owner TEXT NOT NULL DEFAULT '';
      CREATE TABLE people (
        room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        subject TEXT NOT NULL,
        role INTEGER,
        is_out INTEGER NOT NULL,
        ban TEXT NOT NULL,
        name TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (room, subject)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX people_by_time ON people (at_ms);
    )sql",
    // 6: who was in which meeting.
    R"sql(
      CREATE TABLE attendance (
        seq INTEGER PRIMARY KEY,
        room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
        meeting TEXT NOT NULL,
        participant TEXT NOT NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        joined_at_ms INTEGER NOT NULL,
        left_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX attendance_by_room ON attendance (room, seq);
      CREATE INDEX attendance_by_meeting ON attendance (meeting);
      CREATE INDEX attendance_by_time ON attendance (joined_at_ms);
    )sql",
    // 7: people who sign in (account_store.h), and which rooms are whose.
    R"sql(
      CREATE TABLE accounts (
        id TEXT PRIMARY KEY NOT NULL,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        generation INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        disabled_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE sessions (
        hash TEXT PRIMARY KEY NOT NULL,
        account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        generation INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        used_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX sessions_by_account ON sessions (account, used_at_ms);
      CREATE TABLE account_links (
        account TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        hash TEXT NOT NULL UNIQUE,
        generation INTEGER NOT NULL,
        expires_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE logins (
        issuer TEXT NOT NULL,
        subject TEXT NOT NULL,
        account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        PRIMARY KEY (issuer, subject),
        UNIQUE (account, issuer)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX rooms_by_owner ON rooms (owner, created_at_ms) WHERE owner <> '';
    )sql",
    // 8: whose address is known to be theirs, and who looks after the server.
    R"sql(
      ALTER TABLE accounts ADD COLUMN is_proven INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE accounts ADD COLUMN is_operator INTEGER NOT NULL DEFAULT 0;
      UPDATE accounts SET is_proven = 1
        WHERE password_hash <> '' OR id IN (SELECT account FROM logins);
    )sql",
};

DbResult<std::int64_t> version_of(Database& database) {
  auto statement = database.prepare("PRAGMA user_version");
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  return statement->integer(0);
}

}  // namespace

DbResult<std::int64_t> migrate(Database& database) {
  const auto found = version_of(database);
  if (!found || *found > kSchemaVersion) return found;
  for (auto version = static_cast<std::size_t>(*found); version < kSteps.size(); ++version) {
    const std::string sql = "BEGIN IMMEDIATE;" + std::string(kSteps[version]) +
                            ";PRAGMA user_version = " + std::to_string(version + 1) + ";COMMIT;";
    if (auto done = database.execute(sql.c_str()); !done) {
      // Ends the half-done step; fails harmlessly when it did not begin.
      static_cast<void>(database.execute("ROLLBACK"));
      return std::unexpected(done.error());
    }
  }
  return found;
}

}  // namespace confab::store
