// Browsers that are signed in. A session is 256 random bits in a cookie that no script can read; of
// them the store has the SHA-256. Loop thread.
//
//   sign-in ─▶ open ──used──▶ open ──sign-out, new password, too old──▶ over
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"
#include "call/address_rates.h"
#include "platform/config/config.h"
#include "platform/http/message.h"
#include "platform/store/account_store.h"

namespace confab::access {

// As rooms and meetings know somebody who is signed in. No token can name the same: what identifies
// those has a line feed in it.
std::string account_identity(std::string_view account);

// The secret that the browser shows; empty for none, or where a page of another origin asks.
std::string session_secret(const http::Request& request);
// The same, whoever's page it is: for where something else says that this browser asks.
std::string shown_secret(const http::Request& request);
// What a browser shows, whoever's page it is: to know that somebody means to be signed in.
bool has_session_cookie(const http::Request& request);
// Set-Cookie of a session, and of its end. Without TLS a cookie could be read and set by whoever is
// in between, so it is given over TLS alone, and to this machine.
Result<std::string> session_cookie(const http::Request& request, std::string_view secret,
                                   Duration lifetime);
std::string end_of_cookie(const http::Request& request);

// Sessions that were good a moment ago, for when the database is away: calls go on then, and who is
// in one comes back to it. Not for longer, since a session that is ended meanwhile is believed.
inline constexpr std::size_t kSessionsRemembered = 20'000;
inline constexpr Duration kRememberedFor = 10min;
// Secrets that are none, shown by one address: each is a look into the database. A browser whose
// session is over shows it until it is told so.
inline constexpr call::Rate kWrongSessionRate{60, 1};

class Sessions {
 public:
  using Found = std::move_only_function<void(Result<std::optional<store::SessionOwner>> owner)>;

  // References outlive it.
  Sessions(const Config& config, store::AccountStore& store, Random& random);

  // Nothing for a secret that is not one (any more).
  void find(std::string_view secret, Found found);
  // The same for who shows it, from there: an address that shows many that are none waits,
  // but for those that are remembered.
  void find_shown(std::string_view secret, const IpAddress& from, Found found);
  // The secret of a new one; nothing where the account may not (any more), or its password is not
  // the one of this hash any more.
  using Opened = std::move_only_function<void(Result<std::optional<std::string>> secret)>;
  void open(const std::string& account, const std::string& password_hash, Opened opened);
  void end(std::string_view secret, store::Answer<void> ended);
  // What is remembered of an account whose sessions have all ended.
  void forget(std::string_view account);

  store::SessionAge age(std::int64_t now_ms) const;
  std::uint64_t served_from_memory() const { return served_from_memory_; }

 private:
  struct Remembered {
    store::SessionOwner owner;
    Instant at;
  };

  void remember(const store::SessionOwner& owner);
  std::optional<store::SessionOwner> recall(const std::string& hash, std::int64_t now_ms);

  const Config& config_;
  store::AccountStore& store_;
  Random& random_;
  std::unordered_map<std::string, Remembered> remembered_;
  call::AddressRates wrong_{kWrongSessionRate};
  std::uint64_t served_from_memory_ = 0;
};

}  // namespace confab::access
