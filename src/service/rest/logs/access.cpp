#include "service/rest/logs/access.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/auth/base64url.h"
#include "platform/http/content_security.h"

namespace confab::logs {
namespace {

constexpr std::string_view kCookie = "confab_logs";
// Wrong ones from one address: a person's slips, and then one in ten seconds.
constexpr call::Rate kAttempts{5, 0.1};

// Equal lengths, whatever was sent.
bool is_same(std::string_view hash, std::string_view other) {
  return hash.size() == other.size() && CRYPTO_memcmp(hash.data(), other.data(), hash.size()) == 0;
}

std::string_view cookie_of(std::string_view header) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(kCookie) && pair.substr(kCookie.size()).starts_with('=')) {
      return pair.substr(kCookie.size() + 1);
    }
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return {};
}

}  // namespace

Access::Access(std::string token, Random& random)
    : token_hash_(token.empty() ? "" : http::sha256_base64(token)),
      random_(random),
      attempts_(kAttempts) {}

std::expected<void, Access::Refusal> Access::check(Instant now, const IpAddress& from,
                                                   std::string_view token) {
  // Who guesses too much is not told whether the next one would have been right.
  if (!attempts_.has_some(from, now)) {
    ++counts_.too_many;
    return std::unexpected(Refusal::kTooMany);
  }
  if (is_same(token_hash_, http::sha256_base64(token))) return {};
  attempts_.take(from, now);
  ++counts_.wrong;
  return std::unexpected(Refusal::kWrong);
}

std::expected<void, Access::Refusal> Access::may(Instant now, const Shown& shown) {
  if (!asks()) return {};
  if (!shown.bearer.empty()) return check(now, shown.from, shown.bearer);
  if (shown.session.empty()) return std::unexpected(Refusal::kWrong);
  const auto session = sessions_.find(http::sha256_base64(shown.session));
  if (session == sessions_.end()) return std::unexpected(Refusal::kWrong);
  if (now < session->second) return {};
  sessions_.erase(session);
  return std::unexpected(Refusal::kWrong);
}

std::expected<std::string, Access::Refusal> Access::sign_in(Instant now, const IpAddress& from,
                                                            std::string_view token) {
  if (const auto checked = check(now, from, token); !checked) {
    return std::unexpected(checked.error());
  }
  ++counts_.signed_in;
  if (sessions_.size() >= kSessionsMax) {
    sessions_.erase(std::ranges::min_element(sessions_, {},
                                             [](const auto& session) { return session.second; }));
  }
  std::array<std::uint8_t, 32> bytes{};
  random_.fill(bytes);
  const std::string session = auth::base64url_encode(bytes);
  sessions_[http::sha256_base64(session)] = now + kLifetime;
  return session;
}

void Access::sign_out(const Shown& shown) {
  sessions_.erase(http::sha256_base64(shown.session));
}

Access::Shown shown_by(const http::Request& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view authorization = request.header("Authorization");
  const bool is_bearer = authorization.starts_with(kBearer);
  return {.from = request.remote.address,
          .session = std::string(cookie_of(request.header("Cookie"))),
          .bearer = std::string(is_bearer ? authorization.substr(kBearer.size()) : "")};
}

std::string session_cookie(const http::Request& request, std::string_view session) {
  const bool is_secure =
      request.is_tls || (request.is_by_proxy && request.header("X-Forwarded-Proto") == "https");
  const std::int64_t seconds = session.empty() ? 0 : to_ms(Access::kLifetime) / 1000;
  return std::string(kCookie) + '=' + std::string(session) +
         "; Path=/api/logs; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds) +
         (is_secure ? "; Secure" : "");
}

}  // namespace confab::logs
