// Who may read the logs: everybody where no token is set (this machine alone can ask then), else
// who has shown the token, by header or once at the sign-in form, for which they hold a cookie.
// Sessions are in memory: a restart asks again. One thread.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "base/net.h"
#include "base/random.h"
#include "call/address_rates.h"
#include "platform/http/message.h"

namespace confab::logs {

class Access {
 public:
  // What a request shows.
  struct Shown {
    IpAddress from;
    std::string session;  // of the cookie
    std::string bearer;   // of the Authorization header
  };
  enum class Refusal : std::uint8_t { kWrong, kTooMany };

  // `token` empty: nobody is asked.
  Access(std::string token, Random& random);

  bool asks() const { return !token_hash_.empty(); }
  std::expected<void, Refusal> may(Instant now, const Shown& shown);
  // The session, for the cookie.
  std::expected<std::string, Refusal> sign_in(Instant now, const IpAddress& from,
                                              std::string_view token);
  void sign_out(const Shown& shown);

  struct Counts {
    std::uint64_t signed_in = 0;
    std::uint64_t wrong = 0;
    std::uint64_t too_many = 0;
  };
  const Counts& counts() const { return counts_; }

  static constexpr Duration kLifetime = 12h;
  static constexpr std::size_t kSessionsMax = 256;

 private:
  std::expected<void, Refusal> check(Instant now, const IpAddress& from, std::string_view token);

  const std::string token_hash_;
  Random& random_;
  // By their hash, so that looking one up tells nobody by its time how near a guess was.
  std::map<std::string, Instant> sessions_;
  call::AddressRates attempts_;
  Counts counts_;
};

Access::Shown shown_by(const http::Request& request);
// Set-Cookie; an empty session takes it back.
std::string session_cookie(const http::Request& request, std::string_view session);

}  // namespace confab::logs
