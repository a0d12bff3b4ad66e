#include "platform/store/sql_accounts.h"

#include <string>

namespace confab::store {
namespace {

using Row = SqlRow;

constexpr int kAccountColumns = 9;
AccountRecord read_account(Row row) {
  return {std::move(row[0]), std::move(row[1]),   std::move(row[2]),
          std::move(row[3]), number(row[4]),      number(row[5]),
          number(row[6]),    number(row[7]) != 0, number(row[8]) != 0};
}
SessionOwner read_session(Row row) {
  SessionRecord session{std::move(row[9]), row[0], number(row[10]), number(row[11])};
  return {read_account(std::move(row)), std::move(session)};
}
// Of a link: whose it was, and in which generation.
AccountRecord read_taken(Row row) {
  AccountRecord out;
  out.id = std::move(row[0]);
  out.generation = number(row[1]);
  return out;
}
std::string read_code(Row row) {
  return std::move(row[0]);
}
OwnRoomRecord read_own_room(Row row) {
  return {std::move(row[0]), std::move(row[1]), number(row[2])};
}

}  // namespace

// ---- accounts ----

void SqlAccounts::add_account(AccountRecord account, Answer<void> answer) {
  run({"add_account",
       "INSERT INTO accounts (id, email, name, password_hash, generation, created_at_ms,"
       " disabled_at_ms, is_proven, is_operator) VALUES ($1, $2, $3, $4, 0, $5, 0, $6, 0)",
       {std::move(account.id), std::move(account.email), std::move(account.name),
        std::move(account.password_hash), text_of(account.created_at_ms),
        text_of(account.is_proven)}},
      std::move(answer));
}

void SqlAccounts::find_account(std::string email, Answer<std::optional<AccountRecord>> answer) {
  find({"find_account",
        "SELECT id, email, name, password_hash, generation, created_at_ms, disabled_at_ms,"
        " is_proven, is_operator FROM accounts WHERE email = $1",
        {std::move(email)},
        kAccountColumns},
       read_account, std::move(answer));
}

void SqlAccounts::accounts(std::string after, std::size_t count,
                           Answer<std::vector<AccountRecord>> answer) {
  list({"accounts",
        "SELECT id, email, name, password_hash, generation, created_at_ms, disabled_at_ms,"
        " is_proven, is_operator FROM accounts WHERE email > $1 ORDER BY email LIMIT $2",
        {std::move(after), text_of(count)},
        kAccountColumns},
       read_account, std::move(answer));
}

void SqlAccounts::set_password(std::string account, std::int64_t generation, std::string hash,
                               bool is_proven, Answer<bool> answer) {
  ask_if_any({"set_password",
              "UPDATE accounts SET password_hash = $2, generation = generation + 1,"
              " is_proven = CASE WHEN CAST($4 AS INTEGER) = 1 THEN 1 ELSE is_proven END"
              " WHERE id = $1 AND generation = $3 AND disabled_at_ms = 0 RETURNING id",
              {std::move(account), std::move(hash), text_of(generation), text_of(is_proven)},
              1},
             std::move(answer));
}

// The roles go last: who had them can do nothing with them that the new owner does not see, and
// until then everything is as after a failure, in which nobody is in by what was before.
void SqlAccounts::hand_over(HandOver wanted, Answer<bool> answer) {
  auto then = [this, owner = std::move(wanted.owner),
               answer = std::move(answer)](Result<bool> is_handed_over) mutable {
    if (!is_handed_over || !*is_handed_over) return answer(std::move(is_handed_over));
    run({"drop_people_of_owner",
         "DELETE FROM people WHERE room IN (SELECT id FROM rooms WHERE owner = $1 AND owner <> '')",
         {std::move(owner)}},
        [answer = std::move(answer)](const Result<void>& dropped) mutable {
          if (!dropped) return answer(std::unexpected(dropped.error()));
          answer(true);
        });
  };
  ask_if_any({"hand_over_account",
              "UPDATE accounts SET password_hash = '', generation = generation + 1, is_proven = 1,"
              " name = $3 WHERE id = $1 AND is_proven = 0 AND NOT EXISTS"
              " (SELECT 1 FROM logins WHERE account = accounts.id AND issuer = $2) RETURNING id",
              {std::move(wanted.account), std::move(wanted.issuer), std::move(wanted.name)},
              1},
             std::move(then));
}

void SqlAccounts::set_operator(std::string account, bool is_operator, Answer<bool> answer) {
  ask_if_any({"set_operator",
              "UPDATE accounts SET is_operator = CAST($2 AS SMALLINT),"
              " generation = generation + CAST($2 AS SMALLINT)"
              " WHERE id = $1 AND (is_proven = 1 OR CAST($2 AS SMALLINT) = 0) RETURNING id",
              {std::move(account), text_of(is_operator)},
              1},
             std::move(answer));
}

// Its sessions end first: nobody makes rooms by it meanwhile.
void SqlAccounts::delete_account(std::string account, std::string owner,
                                 Answer<std::vector<std::string>> answer) {
  end_sessions(account, [this, account, owner = std::move(owner),
                         answer = std::move(answer)](const Result<bool>& ended) mutable {
    if (!ended) return answer(std::unexpected(ended.error()));
    auto then = [this, account = std::move(account),
                 answer = std::move(answer)](Result<std::vector<std::string>> codes) mutable {
      if (!codes) return answer(std::move(codes));
      run({"delete_account", "DELETE FROM accounts WHERE id = $1", {std::move(account)}},
          [codes = std::move(*codes),
           answer = std::move(answer)](const Result<void>& deleted) mutable {
            if (!deleted) return answer(std::unexpected(deleted.error()));
            answer(std::move(codes));
          });
    };
    list<std::string>({"delete_own_rooms",
                       "DELETE FROM rooms WHERE owner = $1 AND owner <> '' RETURNING code",
                       {std::move(owner)},
                       1},
                      read_code, std::move(then));
  });
}

void SqlAccounts::end_sessions(std::string account, Answer<bool> answer) {
  ask_if_any({"end_sessions",
              "UPDATE accounts SET generation = generation + 1 WHERE id = $1 RETURNING id",
              {std::move(account)},
              1},
             std::move(answer));
}

void SqlAccounts::disable(std::string account, std::int64_t at_ms, Answer<bool> answer) {
  ask_if_any({"disable_account",
              "UPDATE accounts SET disabled_at_ms = $2, generation = generation + 1"
              " WHERE id = $1 RETURNING id",
              {std::move(account), text_of(at_ms)},
              1},
             std::move(answer));
}

// ---- sessions ----

// In one statement: a password that is changed while another request looks at the old one must not
// be outlived by a session of the old one.
void SqlAccounts::add_session(SessionRecord session, std::string password_hash,
                              Answer<bool> answer) {
  run({"drop_old_sessions",
       "DELETE FROM sessions WHERE account = $1 AND hash NOT IN (SELECT hash FROM sessions"
       " WHERE account = $1 ORDER BY used_at_ms DESC LIMIT $2)",
       {session.account, text_of(kSessionsOfOneMax - 1)}},
      [](const Result<void>&) {});
  ask_if_any({"add_session",
              "INSERT INTO sessions (hash, account, generation, created_at_ms, used_at_ms)"
              " SELECT $1, id, generation, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM accounts"
              " WHERE id = $2 AND password_hash = $5 AND disabled_at_ms = 0 RETURNING hash",
              {std::move(session.hash), std::move(session.account), text_of(session.created_at_ms),
               text_of(session.used_at_ms), std::move(password_hash)},
              1},
             std::move(answer));
}

void SqlAccounts::find_session(std::string hash, SessionAge age,
                               Answer<std::optional<SessionOwner>> answer) {
  find({"find_session",
        "SELECT a.id, a.email, a.name, a.password_hash, a.generation, a.created_at_ms,"
        " a.disabled_at_ms, a.is_proven, a.is_operator, s.hash, s.created_at_ms, s.used_at_ms"
        " FROM sessions s JOIN accounts a ON a.id = s.account AND a.generation = s.generation"
        " WHERE s.hash = $1 AND s.used_at_ms >= $2 AND s.created_at_ms >= $3"
        " AND a.disabled_at_ms = 0",
        {std::move(hash), text_of(age.used_since_ms), text_of(age.made_since_ms)},
        kAccountColumns + 3},
       read_session, std::move(answer));
}

void SqlAccounts::use_session(std::string hash, std::int64_t at_ms, Answer<void> answer) {
  run({"use_session",
       "UPDATE sessions SET used_at_ms = $2 WHERE hash = $1 AND used_at_ms < $2",
       {std::move(hash), text_of(at_ms)}},
      std::move(answer));
}

void SqlAccounts::end_session(std::string hash, Answer<void> answer) {
  run({"end_session", "DELETE FROM sessions WHERE hash = $1", {std::move(hash)}},
      std::move(answer));
}

// ---- links ----

void SqlAccounts::add_link(LinkRecord link, Answer<bool> answer) {
  ask_if_any({"add_link",
              "INSERT INTO account_links (hash, account, generation, expires_at_ms)"
              " SELECT $1, id, generation, CAST($3 AS BIGINT) FROM accounts"
              " WHERE id = $2 AND disabled_at_ms = 0"
              " ON CONFLICT (account) DO UPDATE SET hash = excluded.hash,"
              " generation = excluded.generation, expires_at_ms = excluded.expires_at_ms"
              " RETURNING hash",
              {std::move(link.hash), std::move(link.account), text_of(link.expires_at_ms)},
              1},
             std::move(answer));
}

// Taken by deleting it: of two that show it at once, one has it.
void SqlAccounts::take_link(std::string hash, std::int64_t now_ms,
                            Answer<std::optional<AccountRecord>> answer) {
  auto then = [this,
               answer = std::move(answer)](Result<std::optional<AccountRecord>> taken) mutable {
    if (!taken || !*taken) return answer(std::move(taken));
    find<AccountRecord>(
        {"account_of_link",
         "SELECT id, email, name, password_hash, generation, created_at_ms, disabled_at_ms,"
         " is_proven, is_operator FROM accounts WHERE id = $1 AND generation = $2 AND "
         "disabled_at_ms = 0",
         {(*taken)->id, text_of((*taken)->generation)},
         kAccountColumns},
        read_account, std::move(answer));
  };
  find<AccountRecord>({"take_link",
                       "DELETE FROM account_links WHERE hash = $1 AND expires_at_ms > $2"
                       " RETURNING account, generation",
                       {std::move(hash), text_of(now_ms)},
                       2},
                      read_taken, std::move(then));
}

// ---- who comes by a provider ----

void SqlAccounts::add_login(LoginRecord login, Answer<bool> answer) {
  ask_if_any({"add_login",
              "INSERT INTO logins (issuer, subject, account) VALUES ($1, $2, $3)"
              " ON CONFLICT DO NOTHING RETURNING account",
              {std::move(login.issuer), std::move(login.subject), std::move(login.account)},
              1},
             std::move(answer));
}

void SqlAccounts::find_login(std::string issuer, std::string subject,
                             Answer<std::optional<AccountRecord>> answer) {
  find({"find_login",
        "SELECT a.id, a.email, a.name, a.password_hash, a.generation, a.created_at_ms,"
        " a.disabled_at_ms, a.is_proven, a.is_operator FROM logins l JOIN accounts a ON a.id = "
        "l.account"
        " WHERE l.issuer = $1 AND l.subject = $2",
        {std::move(issuer), std::move(subject)},
        kAccountColumns},
       read_account, std::move(answer));
}

// ---- rooms ----

void SqlAccounts::own_rooms(std::string owner, std::size_t count,
                            Answer<std::vector<OwnRoomRecord>> answer) {
  list({"own_rooms",
        "SELECT code, title, created_at_ms FROM rooms WHERE owner = $1 AND owner <> ''"
        " ORDER BY created_at_ms DESC, code LIMIT $2",
        {std::move(owner), text_of(count)},
        3},
       read_own_room, std::move(answer));
}

void SqlAccounts::tidy(SessionAge age, std::int64_t now_ms, Answer<void> answer) {
  run({"tidy_links", "DELETE FROM account_links WHERE expires_at_ms <= $1", {text_of(now_ms)}},
      [](const Result<void>&) {});
  run({"tidy_sessions",
       "DELETE FROM sessions WHERE used_at_ms < $1 OR created_at_ms < $2"
       " OR generation <> (SELECT generation FROM accounts WHERE accounts.id = sessions.account)",
       {text_of(age.used_since_ms), text_of(age.made_since_ms)}},
      std::move(answer));
}

}  // namespace confab::store
