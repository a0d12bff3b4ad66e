#include "service/access/accounts/sessions.h"

#include <array>
#include <utility>

#include "platform/auth/base64url.h"
#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "platform/http/page.h"

namespace confab::access {
namespace {

// A name that begins so is set by this very host alone, over TLS (RFC 6265bis §4.1.3.2).
constexpr std::string_view kSecureName = "__Host-confab";
// Of this machine, where there is no TLS. Another name, or one could take the other's place.
constexpr std::string_view kLocalName = "confab-session";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretChars = 43;
// That it was used is written so often.
constexpr std::int64_t kUseStepMs = std::int64_t{10} * 60 * 1000;

bool is_secure(const http::Request& request) {
  return http::scheme_of(request) == "https";
}

std::string_view name_for(const http::Request& request) {
  return is_secure(request) ? kSecureName : kLocalName;
}

std::string cookie(const http::Request& request, std::string_view value, std::int64_t max_age_s) {
  std::string out(name_for(request));
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=");
  out += std::to_string(max_age_s);
  if (is_secure(request)) out += "; Secure";
  return out;
}

}  // namespace

std::string account_identity(std::string_view account) {
  return "account:" + std::string(account);
}

bool has_session_cookie(const http::Request& request) {
  return !http::cookie_of(request, name_for(request)).empty();
}

std::string session_secret(const http::Request& request) {
  return http::is_own_page(request) ? shown_secret(request) : std::string{};
}

std::string shown_secret(const http::Request& request) {
  if (!is_secure(request) && !http::is_of_this_machine(request)) return {};
  const std::string_view value = http::cookie_of(request, name_for(request));
  return value.size() == kSecretChars ? std::string(value) : std::string{};
}

Result<std::string> session_cookie(const http::Request& request, std::string_view secret,
                                   Duration lifetime) {
  if (!is_secure(request) && !http::is_of_this_machine(request)) {
    return fail(
        ErrorCode::kForbidden,
        "to sign in, open this page by https:// (behind a proxy that speaks TLS: name it in "
        "http.trusted_proxies, and have it send X-Forwarded-Proto)");
  }
  return cookie(request, secret, to_ms(lifetime) / 1000);
}

std::string end_of_cookie(const http::Request& request) {
  return cookie(request, "", 0);
}

Sessions::Sessions(const Config& config, store::AccountStore& store, Random& random)
    : config_(config), store_(store), random_(random) {}

store::SessionAge Sessions::age(std::int64_t now_ms) const {
  return {now_ms - to_ms(config_.auth.session_idle), now_ms - to_ms(config_.auth.session_lifetime)};
}

void Sessions::find(std::string_view secret, Found found) {
  if (secret.size() != kSecretChars) return found(std::optional<store::SessionOwner>{});
  const std::string hash = auth::fingerprint(secret);
  const std::int64_t now_ms = wall_unix_ms();
  store_.find_session(hash, age(now_ms),
                      [this, hash, now_ms, found = std::move(found)](
                          Result<std::optional<store::SessionOwner>> owner) mutable {
                        if (!owner) {
                          const bool is_away = owner.error().code == ErrorCode::kUnavailable;
                          auto known = is_away ? recall(hash, now_ms) : std::nullopt;
                          if (!known) return found(std::move(owner));
                          ++served_from_memory_;
                          return found(std::move(known));
                        }
                        if (!*owner) {
                          remembered_.erase(hash);
                          return found(std::move(owner));
                        }
                        remember(**owner);
                        if ((*owner)->session.used_at_ms + kUseStepMs < now_ms) {
                          // Not written, it counts as used a little earlier.
                          store_.use_session(hash, now_ms, [](const Result<void>&) {});
                        }
                        found(std::move(owner));
                      });
}

void Sessions::find_shown(std::string_view secret, const IpAddress& from, Found found) {
  if (secret.size() != kSecretChars) return found(std::optional<store::SessionOwner>{});
  // Whoever was signed in a moment ago is not made to pay for what others behind their address
  // show.
  const bool is_known = remembered_.contains(auth::fingerprint(secret));
  if (!is_known && !wrong_.has_some(from, monotonic_now())) {
    return found(fail(ErrorCode::kRateLimited, "too many sessions that are over; wait a minute"));
  }
  find(secret, [this, from, found = std::move(found)](
                   Result<std::optional<store::SessionOwner>> owner) mutable {
    if (owner && !*owner) wrong_.take(from, monotonic_now());
    found(std::move(owner));
  });
}

void Sessions::open(const std::string& account, const std::string& password_hash, Opened opened) {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  random_.fill(bytes);
  std::string secret = auth::base64url_encode(bytes);
  const std::int64_t now_ms = wall_unix_ms();
  store_.add_session(
      {auth::fingerprint(secret), account, now_ms, now_ms}, password_hash,
      [secret = std::move(secret), opened = std::move(opened)](const Result<bool>& added) mutable {
        if (!added) return opened(std::unexpected(added.error()));
        opened(*added ? std::optional(std::move(secret)) : std::nullopt);
      });
}

void Sessions::end(std::string_view secret, store::Answer<void> ended) {
  const std::string hash = auth::fingerprint(secret);
  remembered_.erase(hash);
  store_.end_session(hash, std::move(ended));
}

void Sessions::forget(std::string_view account) {
  std::erase_if(remembered_,
                [&](const auto& entry) { return entry.second.owner.account.id == account; });
}

void Sessions::remember(const store::SessionOwner& owner) {
  if (remembered_.size() >= kSessionsRemembered && !remembered_.contains(owner.session.hash)) {
    remembered_.erase(remembered_.begin());
  }
  remembered_.insert_or_assign(owner.session.hash, Remembered{owner, monotonic_now()});
}

// It was in use when it was remembered, so that it can not be unused for too long.
std::optional<store::SessionOwner> Sessions::recall(const std::string& hash, std::int64_t now_ms) {
  const auto it = remembered_.find(hash);
  if (it == remembered_.end()) return std::nullopt;
  const store::SessionOwner& owner = it->second.owner;
  const bool is_over = it->second.at + kRememberedFor < monotonic_now() ||
                       owner.session.created_at_ms < age(now_ms).made_since_ms ||
                       owner.account.disabled_at_ms != 0;
  if (is_over) return std::nullopt;
  // Calls go on; who looks after the server does not by what may have been taken back.
  store::SessionOwner believed = owner;
  believed.account.is_operator = false;
  return believed;
}

}  // namespace confab::access
