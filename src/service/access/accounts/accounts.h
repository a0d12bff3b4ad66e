// Signing up, in and out, and passwords. Argon2id is computed on a thread of its own, not on that
// of rooms' passwords: who floods the one keeps nobody out of the other. Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/net.h"
#include "base/random.h"
#include "platform/auth/password_worker.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/metrics/exposition.h"
#include "platform/random/secure_random.h"
#include "platform/store/account_store.h"
#include "service/access/access.h"
#include "service/access/accounts/guesses.h"
#include "service/access/accounts/sessions.h"

namespace confab::access {

// New accounts of one address, and of all: a row of some 300 bytes each.
inline constexpr call::Rate kSignUpRate{10, 1.0 / 60};
inline constexpr call::Rate kSignUpRateOfAll{200, 1};
// Who has no password confirms by having signed in not longer ago.
inline constexpr std::int64_t kSignedInJustNowMs = std::int64_t{10} * 60 * 1000;

class Accounts {
 public:
  // References outlive it.
  Accounts(const Config& config, http::EventLoop& loop, store::AccountStore& store, Access& access,
           Random& random);

  struct SignedIn {
    store::AccountRecord account;
    std::string secret;  // of the new session
  };
  using Answer = std::move_only_function<void(Result<SignedIn> signed_in)>;

  struct NewAccount {
    std::string email;
    std::string name;
    std::string password;
  };
  void sign_up(const NewAccount& wanted, const IpAddress& from, Answer answer);
  // An address that nobody has takes as long as a wrong password, and is answered the same.
  void sign_in(const std::string& email, std::string password, const IpAddress& from,
               Answer answer);
  // Ends all other sessions.
  void change_password(const store::AccountRecord& account, std::string current,
                       const std::string& wanted, const IpAddress& from, Answer answer);
  void sign_out(const store::SessionOwner& owner, const std::string& secret, const IpAddress& from,
                store::Answer<void> answer);
  void sign_out_everywhere(const store::AccountRecord& account, const IpAddress& from,
                           store::Answer<void> answer);
  // To whom a provider vouches for: what was made by its password is over.
  void was_handed_over(const store::AccountRecord& account, const IpAddress& from);
  // Everything of it, and its rooms, in which what goes on ends. `confirmed_by`: its password; who
  // has none must have signed in just now (kSignedInJustNowMs).
  void erase(const store::SessionOwner& owner, std::string confirmed_by, const IpAddress& from,
             store::Answer<void> answer);
  // Told of each room that goes with an account.
  void set_room_end(std::function<void(const std::string& code)> end) {
    room_end_ = std::move(end);
  }
  // By a link that an operator made: a password, and a session.
  void use_link(const std::string& link, const std::string& password, const IpAddress& from,
                Answer answer);
  // For who has proven otherwise who they are (OpenID Connect).
  void open_session(const store::AccountRecord& account, const IpAddress& from, Answer answer);

  Sessions& sessions() { return sessions_; }
  store::AccountStore& store() { return store_; }
  void note(const std::string& account, const IpAddress& from, std::string_view action,
            std::string_view outcome = "ok");
  void expose(metrics::Exposition& out) const;

 private:
  // Nothing: too many were wrong.
  std::optional<Tries::Try> attempt(const IpAddress& from, const std::string& account,
                                    Tries::By by);
  void open(store::AccountRecord account, const IpAddress& from, Answer answer);
  void create(store::AccountRecord account, const IpAddress& from, Answer answer);
  void compare(const store::AccountRecord& account, std::string password, const IpAddress& from,
               std::move_only_function<void(Result<bool>)> compared);
  enum class Proof : std::uint8_t { kNone, kLink };
  void replace_password(const store::AccountRecord& account, const std::string& hash, Proof proof,
                        const IpAddress& from, Answer answer);
  void erase_now(const store::AccountRecord& account, const IpAddress& from,
                 store::Answer<void> answer);
  void tidy();

  const Config& config_;
  store::AccountStore& store_;
  Access& access_;
  Random& random_;
  Sessions sessions_;
  Tries tries_;
  Guesses sign_ups_{kSignUpRate};
  call::TokenBucket sign_ups_of_all_;
  std::uint64_t refused_ = 0;
  std::uint64_t rate_limited_ = 0;
  std::uint64_t signed_in_ = 0;
  std::uint64_t created_ = 0;
  std::uint64_t deleted_ = 0;
  std::function<void(const std::string& code)> room_end_;
  http::LoopTimer tidy_;
  SecureRandom salts_;  // of the worker's thread
  auth::PasswordWorker passwords_;
};

// A new account, as the operator or somebody themselves makes it; without a password.
store::AccountRecord make_account(std::string email, std::string name, Random& random,
                                  std::int64_t now_ms);

// A secret for a link, and what of it is kept.
struct NewLink {
  std::string secret;
  store::LinkRecord record;
};
inline constexpr std::int64_t kLinkLifetimeMs = std::int64_t{3} * 24 * 3600 * 1000;
NewLink make_link(const std::string& account, Random& random, std::int64_t now_ms);

}  // namespace confab::access
