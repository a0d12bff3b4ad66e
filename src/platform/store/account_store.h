// People who sign in: their accounts, the sessions of their browsers, links that are good once, and
// what a provider elsewhere calls them. Calls are answered as Store's are.
//
// What a browser or a link shows is a secret of 256 random bits, of which the SHA-256 is kept. Each
// account has a generation: what was made in an earlier one is worth nothing, so that a new
// password ends every session in one write. Times are milliseconds since 1970.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/store/access_store.h"

namespace confab::store {

struct AccountRecord {
  std::string id;
  std::string email;  // in the one spelling that we keep
  std::string name;
  std::string password_hash;  // empty: has none yet, or comes by a provider
  std::int64_t generation = 0;
  std::int64_t created_at_ms = 0;
  std::int64_t disabled_at_ms = 0;  // 0: is not
  // By a link of an operator or a provider it is known that the address is theirs. Who signs up by
  // themselves may have named anybody's.
  bool is_proven = false;
  bool is_operator = false;  // may look after the server
};

struct SessionRecord {
  std::string hash;
  std::string account;
  std::int64_t created_at_ms = 0;
  std::int64_t used_at_ms = 0;
};
struct SessionOwner {
  AccountRecord account;
  SessionRecord session;
};
// Of one account; the oldest go first.
inline constexpr std::int64_t kSessionsOfOneMax = 50;

// Which sessions are too old: unused since the one, or made before the other.
struct SessionAge {
  std::int64_t used_since_ms = 0;
  std::int64_t made_since_ms = 0;
};

// Sets a password once.
struct LinkRecord {
  std::string hash;
  std::string account;
  std::int64_t expires_at_ms = 0;
};

// Who somebody is at a provider.
struct LoginRecord {
  std::string issuer;
  std::string subject;
  std::string account;
};

struct OwnRoomRecord {
  std::string code;
  std::string title;
  std::int64_t created_at_ms = 0;
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // kConflict: there is one with this address.
  virtual void add_account(AccountRecord account, Answer<void> answer) = 0;
  virtual void find_account(std::string email, Answer<std::optional<AccountRecord>> answer) = 0;
  // In the order of their addresses, those behind `after` ("": from the first).
  virtual void accounts(std::string after, std::size_t count,
                        Answer<std::vector<AccountRecord>> answer) = 0;
  // A new generation begins. False: this one is over (another password, a sign-out everywhere), or
  // the account is disabled or gone. Whoever has computed on the hash for a second comes too late.
  // `is_proven`: it is known by now that the address is theirs.
  virtual void set_password(std::string account, std::int64_t generation, std::string hash,
                            bool is_proven, Answer<bool> answer) = 0;
  // To whom the address belongs: it has their name and no password any more, a new generation
  // begins, and nobody has a role or a ban in the rooms of `owner` (what rooms call it). False: its
  // address is proven already, somebody comes by this issuer to it, or it is gone.
  struct HandOver {
    std::string account;
    std::string owner;
    std::string issuer;
    std::string name;
  };
  virtual void hand_over(HandOver wanted, Answer<bool> answer) = 0;
  // With a new generation where it becomes one. False: it is not proven whose the address is, or
  // the account is gone.
  virtual void set_operator(std::string account, bool is_operator, Answer<bool> answer) = 0;
  // Everything of it, with its sessions, and the rooms of `owner` (what rooms call it) with what
  // was said in them: their codes. In an order in which it can be repeated if it fails halfway.
  virtual void delete_account(std::string account, std::string owner,
                              Answer<std::vector<std::string>> answer) = 0;
  virtual void end_sessions(std::string account, Answer<bool> answer) = 0;
  // 0: it is not any more. A new generation begins.
  virtual void disable(std::string account, std::int64_t at_ms, Answer<bool> answer) = 0;

  // False where the account is disabled, gone, or has another password by now than `password_hash`.
  virtual void add_session(SessionRecord session, std::string password_hash,
                           Answer<bool> answer) = 0;
  virtual void find_session(std::string hash, SessionAge age,
                            Answer<std::optional<SessionOwner>> answer) = 0;
  virtual void use_session(std::string hash, std::int64_t at_ms, Answer<void> answer) = 0;
  virtual void end_session(std::string hash, Answer<void> answer) = 0;

  // Of an account that is there, else false. The links that it had before are worth nothing.
  virtual void add_link(LinkRecord link, Answer<bool> answer) = 0;
  // Whose it is, once.
  virtual void take_link(std::string hash, std::int64_t now_ms,
                         Answer<std::optional<AccountRecord>> answer) = 0;

  // False: they have an account already, or the account is somebody else's of this provider. The
  // first stays.
  virtual void add_login(LoginRecord login, Answer<bool> answer) = 0;
  virtual void find_login(std::string issuer, std::string subject,
                          Answer<std::optional<AccountRecord>> answer) = 0;

  // Newest first.
  virtual void own_rooms(std::string owner, std::size_t count,
                         Answer<std::vector<OwnRoomRecord>> answer) = 0;

  // Forgets sessions and links that nobody can use any more.
  virtual void tidy(SessionAge age, std::int64_t now_ms, Answer<void> answer) = 0;
};

}  // namespace confab::store
