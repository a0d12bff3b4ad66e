// Signing in by a provider of OpenID Connect (auth.oidc_*): two addresses that browsers are sent
// to, and what we ask the provider meanwhile. Loop thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/random.h"
#include "platform/auth/jwks.h"
#include "platform/config/config.h"
#include "platform/http/event_loop.h"
#include "platform/http/server.h"
#include "platform/metrics/exposition.h"
#include "service/access/accounts/accounts.h"
#include "service/access/accounts/guesses.h"
#include "service/access/accounts/oidc.h"

namespace confab::access {

// Of one address, to go and to come back: each is three requests to the provider at the most.
inline constexpr call::Rate kProviderRate{20, 0.2};
// Of all, at once: 64 kB and a connection each, for at most 10 s.
inline constexpr std::size_t kProviderRequestsMax = 64;

class ProviderSignIn {
 public:
  // Declares its routes on `server`: make it before listen(). References outlive it.
  ProviderSignIn(const Config& config, http::EventLoop& loop, Accounts& accounts, Access& access,
                 http::HttpServer& server, Random& random, LogSink& log);

  void expose(metrics::Exposition& out) const;

 private:
  // A browser that came back, and waits to be sent on.
  struct Visit {
    http::Request request;
    http::Responder responder;
    Flow flow;
    std::string id_token;
    bool has_fetched_keys = false;
  };
  using WithText = std::move_only_function<void(Result<std::string> text)>;
  using WithPerson = std::move_only_function<void(Result<store::AccountRecord> account)>;

  void begin(const http::Request& request, http::Responder responder);
  void come_back(const http::Request& request, http::Responder responder);
  void ask_for_tokens(Visit visit, const std::string& code);
  void check(Visit visit);
  void enter(Visit visit, const Person& person);
  // The account of this person, made or found.
  void find_account(const Person& person, const IpAddress& from, WithPerson then);
  void adopt(const Person& person, const std::string& email, const IpAddress& from,
             WithPerson then);
  // One that there is with their address.
  void take_over(const Person& person, store::AccountRecord account, const IpAddress& from,
                 WithPerson then);
  void join(const Person& person, const store::AccountRecord& account, WithPerson then);

  void with_endpoints(std::move_only_function<void(Result<ProviderEndpoints>)> then);
  void fetch_keys(std::move_only_function<void(Result<void>)> then);
  void ask(const std::string& url, http::Method method, std::string body, http::Headers headers,
           WithText then);
  // Back to the page to sign in, which says what was wrong.
  void give_up(http::Responder responder, const http::Request& request, std::string_view problem,
               std::string_view why);

  const Config& config_;
  http::EventLoop& loop_;
  Accounts& accounts_;
  Access& access_;
  Random& random_;
  LogSink& log_;
  const Client client_;
  std::optional<ProviderEndpoints> endpoints_;
  Instant endpoints_until_{};
  std::optional<auth::KeySet> keys_;
  Instant keys_until_{};
  Guesses visits_{kProviderRate};
  Guesses returns_{kProviderRate};
  std::size_t requests_ = 0;  // to the provider, that are under way
  std::uint64_t failures_ = 0;
};

}  // namespace confab::access
