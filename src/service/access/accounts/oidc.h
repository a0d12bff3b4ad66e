// OpenID Connect Core 1.0 §3.1, the part that asks nobody: what a provider says of itself, where a
// browser is sent, what must come back with it, and whether an ID token is right. Sans-IO.
//
//   page ─▶ /api/auth/provider ─302─▶ provider ─302─▶ /api/auth/callback ─302─▶ page
//           flow in a sealed cookie                   code + PKCE verifier for an ID token
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "platform/auth/jwks.h"
#include "platform/auth/jwt.h"

namespace confab::access {

inline constexpr std::int64_t kFlowLifetimeS = 600;
// Of a provider's answers; ID tokens have the limit of all tokens (auth::kTokenBytesMax).
inline constexpr std::size_t kProviderBytesMax = 64 * 1024;

struct ProviderEndpoints {
  std::string authorize;
  std::string token;
  std::string keys;
};
// Of /.well-known/openid-configuration. The issuer that it names must be the one that was asked
// (OpenID Connect Discovery 1.0 §4.3), and each endpoint safe to ask.
Result<ProviderEndpoints> read_discovery(std::string_view json, std::string_view issuer);

// A sign-in that is under way, kept by the browser that began it.
struct Flow {
  std::string state;     // comes back with the browser (RFC 6749 §10.12)
  std::string nonce;     // comes back in the ID token
  std::string verifier;  // proves that who has the code began it (RFC 7636)
  std::string next;      // the page to go on to
  std::int64_t ends_at_s = 0;
};
Flow begin_flow(std::string next, Random& random, std::int64_t now_s);
std::string write_flow(const Flow& flow);
std::optional<Flow> read_flow(std::string_view json);

struct Client {
  std::string issuer;
  std::string id;
  std::string secret;
  std::string redirect_uri;
};

std::string authorization_url(const ProviderEndpoints& provider, const Client& client,
                              const Flow& flow);
// The body by which a code is changed for tokens, and who we are there (RFC 6749 §2.3.1).
std::string token_request(const Client& client, const Flow& flow, std::string_view code);
std::string client_credentials(const Client& client);
// The ID token in the answer to it.
Result<std::string> read_token_answer(std::string_view json);

struct Person {
  std::string subject;
  std::string email;  // empty: the provider does not say that it is theirs
  std::string name;
};
// §3.1.3.7: by whom, for whom, when, and for this very sign-in. `key` is the provider's, of the id
// and algorithm that the token names.
Result<Person> check_id_token(std::string_view text, const auth::UnverifiedToken& token,
                              const auth::VerifyKey& key, const Client& client, const Flow& flow,
                              std::int64_t now_s);

// %XX for everything but what RFC 3986 §2.3 lets stand.
std::string percent_encode(std::string_view text);

}  // namespace confab::access
