#include "service/access/accounts/accounts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ip_prefix.h"
#include "call/text.h"
#include "platform/auth/base64url.h"
#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "service/access/accounts/input.h"

namespace confab::access {
namespace {

constexpr Duration kTidyEvery = 1h;
constexpr std::size_t kLinkSecretBytes = 32;
constexpr std::size_t kAccountIdLength = 20;

std::unexpected<Error> wrong() {
  return fail(ErrorCode::kUnauthenticated, "this address and password do not belong together");
}

std::unexpected<Error> too_often() {
  return fail(ErrorCode::kRateLimited, "too many wrong passwords; wait a few minutes");
}

}  // namespace

store::AccountRecord make_account(std::string email, std::string name, Random& random,
                                  std::int64_t now_ms) {
  store::AccountRecord out;
  out.id = "ac_" + random.alphanumeric(kAccountIdLength);
  out.email = std::move(email);
  out.name = std::move(name);
  out.created_at_ms = now_ms;
  return out;
}

NewLink make_link(const std::string& account, Random& random, std::int64_t now_ms) {
  std::array<std::uint8_t, kLinkSecretBytes> bytes{};
  random.fill(bytes);
  std::string secret = auth::base64url_encode(bytes);
  store::LinkRecord record{auth::fingerprint(secret), account, now_ms + kLinkLifetimeMs};
  return {std::move(secret), std::move(record)};
}

Accounts::Accounts(const Config& config, http::EventLoop& loop, store::AccountStore& store,
                   Access& access, Random& random)
    : config_(config),
      store_(store),
      access_(access),
      random_(random),
      sessions_(config, store, random),
      sign_ups_of_all_(kSignUpRateOfAll, monotonic_now()),
      tidy_(loop),
      passwords_([&loop](auto task) { loop.post(std::move(task)); }, salts_) {
  tidy();
}

void Accounts::tidy() {
  const std::int64_t now_ms = wall_unix_ms();
  store_.tidy(sessions_.age(now_ms), now_ms, [](const Result<void>&) {});
  tidy_.set(monotonic_now() + kTidyEvery, [this] { tidy(); });
}

void Accounts::note(const std::string& account, const IpAddress& from, std::string_view action,
                    std::string_view outcome) {
  access_.note("account:" + account, from, action, "account:" + account, outcome);
}

// ---- how often ----

std::optional<Tries::Try> Accounts::attempt(const IpAddress& from, const std::string& account,
                                            Tries::By by) {
  auto out = tries_.begin(peer_of(from).to_string(), account, monotonic_now(), by);
  if (!out) ++rate_limited_;
  return out;
}

// ---- in ----

void Accounts::sign_in(const std::string& email, std::string password, const IpAddress& from,
                       Answer answer) {
  auto clean = clean_email(email);
  if (!clean) return answer(std::unexpected(clean.error()));
  if (password.size() > kAccountPasswordBytesMax) return answer(wrong());
  auto tried = attempt(from, *clean, Tries::By::kPassword);
  if (!tried) return answer(too_often());
  store_.find_account(*clean, [this, tried = std::move(*tried), password = std::move(password),
                               from, answer = std::move(answer)](
                                  Result<std::optional<store::AccountRecord>> found) mutable {
    if (!found) {
      tries_.give_back(tried, monotonic_now());
      return answer(std::unexpected(found.error()));
    }
    store::AccountRecord account = std::move(*found).value_or(store::AccountRecord{});
    compare(account, std::move(password), from,
            [this, tried = std::move(tried), account, from,
             answer = std::move(answer)](Result<bool> is_right) mutable {
              if (is_right && !*is_right) {
                ++refused_;
                note(account.id, from, "session.refused", "unauthenticated");
                return answer(wrong());
              }
              if (!is_right) {
                tries_.give_back(tried, monotonic_now());
                return answer(std::unexpected(is_right.error()));
              }
              tries_.was_right(tried, monotonic_now());
              open(std::move(account), from, std::move(answer));
            });
  });
}

// Where there is nothing to compare with, as much is computed.
void Accounts::compare(const store::AccountRecord& account, std::string password,
                       const IpAddress& from,
                       std::move_only_function<void(Result<bool>)> compared) {
  const bool may_be_right = !account.password_hash.empty() && account.disabled_at_ms == 0;
  if (may_be_right) {
    return passwords_.check(std::move(password), account.password_hash, from, std::move(compared));
  }
  passwords_.hash(std::move(password), from,
                  [compared = std::move(compared)](const Result<std::string>& hash) mutable {
                    if (!hash) return compared(std::unexpected(hash.error()));
                    compared(false);
                  });
}

void Accounts::open(store::AccountRecord account, const IpAddress& from, Answer answer) {
  const std::string id = account.id;
  const std::string hash = account.password_hash;
  sessions_.open(id, hash,
                 [this, account = std::move(account), from,
                  answer = std::move(answer)](Result<std::optional<std::string>> secret) mutable {
                   if (!secret) return answer(std::unexpected(secret.error()));
                   if (!*secret) return answer(wrong());
                   ++signed_in_;
                   tries_.is_in(peer_of(from).to_string(), account.email, monotonic_now());
                   note(account.id, from, "session.begin");
                   answer(SignedIn{std::move(account), std::move(**secret)});
                 });
}

void Accounts::open_session(const store::AccountRecord& account, const IpAddress& from,
                            Answer answer) {
  open(account, from, std::move(answer));
}

// ---- up ----

void Accounts::sign_up(const NewAccount& wanted, const IpAddress& from, Answer answer) {
  if (config_.auth.accounts != AccountsMode::kOpen) {
    return answer(fail(ErrorCode::kForbidden, "accounts are made by whoever runs this server"));
  }
  auto email = clean_email(wanted.email);
  if (!email) return answer(std::unexpected(email.error()));
  auto name = call::clean_name(wanted.name);
  if (!name) return answer(std::unexpected(name.error()));
  if (auto fits = check_new_password(wanted.password); !fits) {
    return answer(std::unexpected(fits.error()));
  }
  const Instant now = monotonic_now();
  if (!sign_ups_.take(peer_of(from).to_string(), now) || !sign_ups_of_all_.take(now)) {
    ++rate_limited_;
    return answer(fail(ErrorCode::kRateLimited, "too many new accounts; wait a minute"));
  }
  store::AccountRecord account =
      make_account(std::move(*email), std::move(*name), random_, wall_unix_ms());
  passwords_.hash(wanted.password, from,
                  [this, account = std::move(account), from,
                   answer = std::move(answer)](Result<std::string> hash) mutable {
                    if (!hash) return answer(std::unexpected(hash.error()));
                    account.password_hash = std::move(*hash);
                    create(std::move(account), from, std::move(answer));
                  });
}

void Accounts::create(store::AccountRecord account, const IpAddress& from, Answer answer) {
  store_.add_account(account, [this, account, from,
                               answer = std::move(answer)](const Result<void>& added) mutable {
    if (!added && added.error().code == ErrorCode::kConflict) {
      return answer(fail(ErrorCode::kConflict, "there is an account with this address: sign in"));
    }
    if (!added) return answer(std::unexpected(added.error()));
    ++created_;
    note(account.id, from, "account.create");
    open(std::move(account), from, std::move(answer));
  });
}

// ---- passwords ----

void Accounts::change_password(const store::AccountRecord& account, std::string current,
                               const std::string& wanted, const IpAddress& from, Answer answer) {
  if (auto fits = check_new_password(wanted); !fits) return answer(std::unexpected(fits.error()));
  if (current.size() > kAccountPasswordBytesMax) return answer(wrong());
  auto tried = attempt(from, account.email, Tries::By::kSession);
  if (!tried) return answer(too_often());
  compare(account, std::move(current), from,
          [this, tried = std::move(*tried), account, wanted, from,
           answer = std::move(answer)](Result<bool> is_right) mutable {
            if (is_right && !*is_right) {
              ++refused_;
              note(account.id, from, "account.password", "unauthenticated");
              return answer(fail(ErrorCode::kForbidden, "this is not your password"));
            }
            if (!is_right) {
              tries_.give_back(tried, monotonic_now());
              return answer(std::unexpected(is_right.error()));
            }
            tries_.was_right(tried, monotonic_now());
            passwords_.hash(wanted, from,
                            [this, account, from,
                             answer = std::move(answer)](const Result<std::string>& hash) mutable {
                              if (!hash) return answer(std::unexpected(hash.error()));
                              replace_password(account, *hash, Proof::kNone, from,
                                               std::move(answer));
                            });
          });
}

void Accounts::replace_password(const store::AccountRecord& account, const std::string& hash,
                                Proof proof, const IpAddress& from, Answer answer) {
  store_.set_password(account.id, account.generation, hash, proof == Proof::kLink,
                      [this, account = account, hash, proof, from,
                       answer = std::move(answer)](const Result<bool>& is_set) mutable {
                        if (!is_set) return answer(std::unexpected(is_set.error()));
                        if (!*is_set) return answer(wrong());
                        sessions_.forget(account.id);
                        if (proof == Proof::kLink) tries_.forget(account.email);
                        note(account.id, from, "account.password");
                        account.password_hash = hash;
                        open(std::move(account), from, std::move(answer));
                      });
}

// The link is taken when the hash is there: until then nothing is lost.
void Accounts::use_link(const std::string& link, const std::string& password, const IpAddress& from,
                        Answer answer) {
  if (auto fits = check_new_password(password); !fits) {
    return answer(std::unexpected(fits.error()));
  }
  if (!tries_.by_address().take(peer_of(from).to_string(), monotonic_now())) {
    ++rate_limited_;
    return answer(fail(ErrorCode::kRateLimited, "too often; wait a few minutes"));
  }
  passwords_.hash(password, from,
                  [this, hash_of_link = auth::fingerprint(link), from,
                   answer = std::move(answer)](Result<std::string> hash) mutable {
                    if (!hash) return answer(std::unexpected(hash.error()));
                    store_.take_link(
                        hash_of_link, wall_unix_ms(),
                        [this, hash = std::move(*hash), from, answer = std::move(answer)](
                            const Result<std::optional<store::AccountRecord>>& taken) mutable {
                          if (!taken) return answer(std::unexpected(taken.error()));
                          if (!*taken) {
                            ++refused_;
                            return answer(fail(ErrorCode::kNotFound,
                                               "this link was used already or is too old"));
                          }
                          tries_.by_address().give_back(peer_of(from).to_string(), monotonic_now());
                          replace_password(**taken, hash, Proof::kLink, from, std::move(answer));
                        });
                  });
}

// ---- out ----

void Accounts::sign_out(const store::SessionOwner& owner, const std::string& secret,
                        const IpAddress& from, store::Answer<void> answer) {
  note(owner.account.id, from, "session.end");
  sessions_.end(secret, std::move(answer));
}

void Accounts::sign_out_everywhere(const store::AccountRecord& account, const IpAddress& from,
                                   store::Answer<void> answer) {
  store_.end_sessions(account.id, [this, id = account.id, from,
                                   answer = std::move(answer)](const Result<bool>& ended) mutable {
    if (!ended) return answer(std::unexpected(ended.error()));
    sessions_.forget(id);
    note(id, from, "session.end-all");
    answer({});
  });
}

void Accounts::was_handed_over(const store::AccountRecord& account, const IpAddress& from) {
  sessions_.forget(account.id);
  tries_.forget(account.email);
  note(account.id, from, "account.hand-over");
}

// ---- gone ----

void Accounts::erase(const store::SessionOwner& owner, std::string confirmed_by,
                     const IpAddress& from, store::Answer<void> answer) {
  const store::AccountRecord& account = owner.account;
  if (account.password_hash.empty()) {
    if (wall_unix_ms() - owner.session.created_at_ms > kSignedInJustNowMs) {
      return answer(fail(ErrorCode::kForbidden, "sign in again first, then delete the account"));
    }
    return erase_now(account, from, std::move(answer));
  }
  if (confirmed_by.size() > kAccountPasswordBytesMax) {
    return answer(fail(ErrorCode::kForbidden, "this is not your password"));
  }
  auto tried = attempt(from, account.email, Tries::By::kSession);
  if (!tried) return answer(too_often());
  compare(account, std::move(confirmed_by), from,
          [this, tried = std::move(*tried), account, from,
           answer = std::move(answer)](Result<bool> is_right) mutable {
            if (is_right && !*is_right) {
              ++refused_;
              note(account.id, from, "account.delete", "unauthenticated");
              return answer(fail(ErrorCode::kForbidden, "this is not your password"));
            }
            if (!is_right) {
              tries_.give_back(tried, monotonic_now());
              return answer(std::unexpected(is_right.error()));
            }
            tries_.was_right(tried, monotonic_now());
            erase_now(account, from, std::move(answer));
          });
}

void Accounts::erase_now(const store::AccountRecord& account, const IpAddress& from,
                         store::Answer<void> answer) {
  store_.delete_account(
      account.id, account_identity(account.id),
      [this, id = account.id, email = account.email, from,
       answer = std::move(answer)](const Result<std::vector<std::string>>& codes) mutable {
        sessions_.forget(id);
        tries_.forget(email);
        if (!codes) return answer(std::unexpected(codes.error()));
        ++deleted_;
        note(id, from, "account.delete");
        if (room_end_) std::ranges::for_each(*codes, room_end_);
        answer({});
      });
}

void Accounts::expose(metrics::Exposition& out) const {
  out.counter("accounts_created", "Accounts that people made themselves.", {}, created_);
  out.counter("accounts_deleted", "Accounts that people deleted themselves.", {}, deleted_);
  out.counter("accounts_signed_in", "Sessions begun.", {}, signed_in_);
  out.counter("accounts_refused", "Wrong passwords, unknown addresses and used links.", {},
              refused_);
  out.counter("accounts_rate_limited",
              "Requests to sign in or up that were not looked at: too many before.", {},
              rate_limited_);
  out.counter("accounts_sessions_from_memory",
              "Sessions believed from memory, as the database was away.", {},
              sessions_.served_from_memory());
  passwords_.expose(out, "accounts");
}

}  // namespace confab::access
