#include "service/access/accounts/oidc.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "base/bytes.h"
#include "platform/auth/base64url.h"
#include "platform/auth/fingerprint.h"
#include "platform/json/json.h"
#include "service/access/url.h"

namespace confab::access {
namespace {

constexpr std::size_t kUrlBytesMax = 1024;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kFieldBytesMax = 512;

std::string random_text(Random& random) {
  std::array<std::uint8_t, kSecretBytes> bytes{};
  random.fill(bytes);
  return auth::base64url_encode(bytes);
}

std::unexpected<Error> wrong(std::string why) {
  return fail(ErrorCode::kUnauthenticated, "the provider's answer is not right: " + std::move(why));
}

// Base64 with its own two characters and padding, as Basic has it (RFC 7617 §2).
std::string base64(std::string_view text) {
  std::string out = auth::base64url_encode(as_bytes(text));
  std::ranges::replace(out, '-', '+');
  std::ranges::replace(out, '_', '/');
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(percent_encode(value));
  }
  return out;
}

// What of a token the claims of rooms do not have; it was read before, so it has three parts.
Result<boost::json::value> payload_of(std::string_view text) {
  const std::size_t first = text.find('.');
  const auto bytes =
      auth::base64url_decode(text.substr(first + 1, text.find('.', first + 1) - first - 1));
  if (!bytes) return wrong("no token");
  return json::parse(*bytes, auth::kTokenBytesMax);
}

bool is_true(const boost::json::value& payload, std::string_view name) {
  const auto* object = payload.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(name);
  // Some write it as text.
  return value != nullptr && (*value == true || *value == "true");
}

}  // namespace

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool may_stand = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (may_stand) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Result<ProviderEndpoints> read_discovery(std::string_view text, std::string_view issuer) {
  const auto value = json::parse(text, kProviderBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader in(*value, status);
  ProviderEndpoints out{std::string(in["authorization_endpoint"].string(kUrlBytesMax)),
                        std::string(in["token_endpoint"].string(kUrlBytesMax)),
                        std::string(in["jwks_uri"].string(kUrlBytesMax))};
  const std::string_view named = in["issuer"].string(kUrlBytesMax);
  if (!status.ok()) return std::unexpected(status.error());
  if (named != issuer) return wrong("it calls itself by another name");
  for (const std::string& each : {out.authorize, out.token, out.keys}) {
    const auto url = split_url(each);
    if (!url || !is_safe(url->origin)) return wrong("an endpoint is not by https://");
  }
  return out;
}

Flow begin_flow(std::string next, Random& random, std::int64_t now_s) {
  return {random_text(random), random_text(random), random_text(random), std::move(next),
          now_s + kFlowLifetimeS};
}

std::string write_flow(const Flow& flow) {
  return json::serialize(boost::json::object{{"state", flow.state},
                                             {"nonce", flow.nonce},
                                             {"verifier", flow.verifier},
                                             {"next", flow.next},
                                             {"endsAt", flow.ends_at_s}});
}

std::optional<Flow> read_flow(std::string_view text) {
  const auto value = json::parse(text, kProviderBytesMax);
  if (!value) return std::nullopt;
  json::ReadStatus status;
  const json::Reader in(*value, status);
  Flow out{std::string(in["state"].string(kFieldBytesMax)),
           std::string(in["nonce"].string(kFieldBytesMax)),
           std::string(in["verifier"].string(kFieldBytesMax)),
           std::string(in["next"].string(kUrlBytesMax)),
           in["endsAt"].integer(0, std::int64_t{1} << 52)};
  if (!status.ok()) return std::nullopt;
  return out;
}

std::string authorization_url(const ProviderEndpoints& provider, const Client& client,
                              const Flow& flow) {
  const bool has_query = provider.authorize.find('?') != std::string::npos;
  return provider.authorize + (has_query ? "&" : "?") +
         form({{"response_type", "code"},
               {"client_id", client.id},
               {"redirect_uri", client.redirect_uri},
               {"scope", "openid email profile"},
               {"state", flow.state},
               {"nonce", flow.nonce},
               // RFC 7636 §4.2: the SHA-256 in base64url, which is our fingerprint.
               {"code_challenge", auth::fingerprint(flow.verifier)},
               {"code_challenge_method", "S256"}});
}

std::string token_request(const Client& client, const Flow& flow, std::string_view code) {
  return form({{"grant_type", "authorization_code"},
               {"code", code},
               {"redirect_uri", client.redirect_uri},
               {"code_verifier", flow.verifier}});
}

std::string client_credentials(const Client& client) {
  return "Basic " + base64(percent_encode(client.id) + ":" + percent_encode(client.secret));
}

Result<std::string> read_token_answer(std::string_view text) {
  const auto value = json::parse(text, kProviderBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader in(*value, status);
  std::string token(in["id_token"].string(auth::kTokenBytesMax));
  if (!status.ok()) return std::unexpected(status.error());
  return token;
}

Result<Person> check_id_token(std::string_view text, const auth::UnverifiedToken& token,
                              const auth::VerifyKey& key, const Client& client, const Flow& flow,
                              std::int64_t now_s) {
  if (const auto checked = auth::check_token(token, key, client.id, now_s); !checked) {
    return wrong(std::string(auth::refusal_name(checked.error())));
  }
  const auth::Claims& claims = token.claims;
  if (claims.issuer != client.issuer) return wrong("another issuer");
  if (claims.subject.empty()) return wrong("nobody is named");
  const bool needs_party = claims.audience.size() > 1;
  if ((needs_party || !claims.authorized_party.empty()) && claims.authorized_party != client.id) {
    return wrong("for another client");
  }
  const auto payload = payload_of(text);
  if (!payload) return std::unexpected(payload.error());
  json::ReadStatus status;
  const json::Reader in(*payload, status);
  const std::string_view nonce = in["nonce"].string(kFieldBytesMax);
  const std::string_view email = in["email"].string_or("", kFieldBytesMax);
  if (!status.ok() || nonce != flow.nonce) return wrong("of another sign-in");
  return Person{claims.subject, is_true(*payload, "email_verified") ? std::string(email) : "",
                claims.name};
}

}  // namespace confab::access
