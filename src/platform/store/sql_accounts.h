// AccountStore in SQL, as SqlAccess is. Private to this module.
#pragma once

#include <utility>

#include "platform/store/account_store.h"
#include "platform/store/sql_asker.h"

namespace confab::store {

class SqlAccounts final : public AccountStore, private SqlAsker {
 public:
  explicit SqlAccounts(SqlRun run) : SqlAsker(std::move(run)) {}

  void add_account(AccountRecord account, Answer<void> answer) override;
  void find_account(std::string email, Answer<std::optional<AccountRecord>> answer) override;
  void accounts(std::string after, std::size_t count,
                Answer<std::vector<AccountRecord>> answer) override;
  void set_password(std::string account, std::int64_t generation, std::string hash, bool is_proven,
                    Answer<bool> answer) override;
  void hand_over(HandOver wanted, Answer<bool> answer) override;
  void set_operator(std::string account, bool is_operator, Answer<bool> answer) override;
  void delete_account(std::string account, std::string owner,
                      Answer<std::vector<std::string>> answer) override;
  void end_sessions(std::string account, Answer<bool> answer) override;
  void disable(std::string account, std::int64_t at_ms, Answer<bool> answer) override;
  void add_session(SessionRecord session, std::string password_hash, Answer<bool> answer) override;
  void find_session(std::string hash, SessionAge age,
                    Answer<std::optional<SessionOwner>> answer) override;
  void use_session(std::string hash, std::int64_t at_ms, Answer<void> answer) override;
  void end_session(std::string hash, Answer<void> answer) override;
  void add_link(LinkRecord link, Answer<bool> answer) override;
  void take_link(std::string hash, std::int64_t now_ms,
                 Answer<std::optional<AccountRecord>> answer) override;
  void add_login(LoginRecord login, Answer<bool> answer) override;
  void find_login(std::string issuer, std::string subject,
                  Answer<std::optional<AccountRecord>> answer) override;
  void own_rooms(std::string owner, std::size_t count,
                 Answer<std::vector<OwnRoomRecord>> answer) override;
  void tidy(SessionAge age, std::int64_t now_ms, Answer<void> answer) override;
};

}  // namespace confab::store
