// REST of who may do what: /api/keys, /api/tokens, /api/audit and /.well-known/jwks.json. Each
// change is in the audit log. Loop thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "platform/http/server.h"
#include "service/access/access.h"
#include "service/access/key_rates.h"

namespace confab::access {

class AccessApi {
 public:
  // Declares its routes on `server`: make it before listen(). References outlive it.
  AccessApi(Access& access, const std::string& own_issuer, http::HttpServer& server,
            Random& random);

 private:
  // Calls the handler for a caller who has the scope; answers everybody else.
  using Act = void (AccessApi::*)(const Caller& caller, const http::Request& request,
                                  http::Responder responder);
  void route(http::HttpServer& server, http::Method method, std::string_view pattern,
             auth::Scope scope, Act act);

  void make_key(const Caller& caller, const http::Request& request, http::Responder responder);
  void list_keys(const Caller& caller, const http::Request& request, http::Responder responder);
  void revoke_key(const Caller& caller, const http::Request& request, http::Responder responder);
  void make_token(const Caller& caller, const http::Request& request, http::Responder responder);
  void revoke_token(const Caller& caller, const http::Request& request, http::Responder responder);
  void list_audit(const Caller& caller, const http::Request& request, http::Responder responder);
  void publish_keys(http::Responder responder) const;

  // False: it was refused.
  bool may_ask_again(const Caller& caller, http::Responder& responder);

  Access& access_;
  KeyRates token_rates_;
  const std::string own_issuer_;
  Random& random_;
};

// Until when the revocation of a token is remembered. One of ours lives for a day at the most. One
// of another issuer that does not say when it was made may be good for its last day only, however
// far that is: it is held off for 90 days, and again by another revocation.
std::int64_t revoked_until_ms(bool is_ours, std::int64_t now_ms);

// A new API key: its record for the store, and the secret, which stands there sealed.
struct NewKey {
  store::ApiKeyRecord record;
  std::string secret;
};
NewKey make_api_key(std::string name, auth::Scopes scopes, const auth::Sealer& sealer,
                    Random& random, std::int64_t now_ms);

}  // namespace confab::access
