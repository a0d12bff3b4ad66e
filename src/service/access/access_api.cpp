#include "service/access/access_api.h"

#include <boost/json.hpp>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/paging.h"
#include "platform/json/json.h"
#include "service/access/answers.h"
#include "service/access/token_request.h"

namespace confab::access {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr std::size_t kKeyIdLength = 12;
// 256 bits in letters and digits.
constexpr std::size_t kSecretLength = 43;
constexpr std::size_t kNameBytesMax = 128;
constexpr std::size_t kScopeBytesMax = 32;
constexpr std::size_t kBodyBytesMax = 16 * 1024;
constexpr char kAuditList = 'a';
constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;

struct KeyRequest {
  std::string name;
  auth::Scopes scopes;
};

Result<KeyRequest> read_key_request(std::string_view body) {
  const auto value = json::parse(body, kBodyBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader in(*value, status);
  KeyRequest out;
  out.name = in["name"].string(kNameBytesMax);
  std::string words;
  in["scopes"].elements(auth::kScopeCount, [&](const json::Reader& each) {
    words += (words.empty() ? "" : ",") + std::string(each.string(kScopeBytesMax));
  });
  if (!status.ok()) return std::unexpected(status.error());
  const auto scopes = auth::Scopes::parse(words);
  if (!scopes) {
    return fail(ErrorCode::kInvalidArgument,
                "scopes: expected some of " + auth::Scopes::all().to_string());
  }
  out.scopes = *scopes;
  return out;
}

boost::json::array words_of(const auth::Scopes& scopes) {
  boost::json::array out;
  for (std::size_t i = 0; i < auth::kScopeCount; ++i) {
    const auto scope = static_cast<auth::Scope>(i);
    if (scopes.has(scope)) out.emplace_back(auth::scope_name(scope));
  }
  return out;
}

boost::json::object describe(const store::ApiKeyRecord& key) {
  const auto scopes = auth::Scopes::parse(key.scopes).value_or(auth::Scopes());
  boost::json::object out{{"id", key.id},
                          {"name", key.name},
                          {"scopes", words_of(scopes)},
                          {"createdAt", key.created_at_ms}};
  out["revokedAt"] = key.revoked_at_ms == 0 ? boost::json::value() : key.revoked_at_ms;
  return out;
}

boost::json::object describe(const store::AuditRecord& record) {
  return {{"id", record.number},      {"at", record.at_ms},      {"actor", record.actor},
          {"from", record.from},      {"action", record.action}, {"target", record.target},
          {"outcome", record.outcome}};
}

}  // namespace

NewKey make_api_key(std::string name, auth::Scopes scopes, const auth::Sealer& sealer,
                    Random& random, std::int64_t now_ms) {
  NewKey out;
  out.secret = random.alphanumeric(kSecretLength);
  std::string id = "AK" + random.alphanumeric(kKeyIdLength);
  std::string sealed = sealer.seal(out.secret, "key:" + id, random);
  out.record = {std::move(id), std::move(name), scopes.to_string(), std::move(sealed), now_ms, 0};
  return out;
}

std::int64_t revoked_until_ms(bool is_ours, std::int64_t now_ms) {
  return now_ms + (is_ours ? 1 : 90) * kDayMs + 2 * auth::kLeewayS * 1000;
}

AccessApi::AccessApi(Access& access, const std::string& own_issuer, http::HttpServer& server,
                     Random& random)
    : access_(access), own_issuer_(own_issuer), random_(random) {
  using auth::Scope;
  route(server, Method::kPost, "/api/keys", Scope::kKeys, &AccessApi::make_key);
  route(server, Method::kGet, "/api/keys", Scope::kKeys, &AccessApi::list_keys);
  route(server, Method::kDelete, "/api/keys/:id", Scope::kKeys, &AccessApi::revoke_key);
  route(server, Method::kPost, "/api/tokens", Scope::kTokens, &AccessApi::make_token);
  route(server, Method::kDelete, "/api/tokens/:id", Scope::kTokens, &AccessApi::revoke_token);
  route(server, Method::kGet, "/api/audit", Scope::kOps, &AccessApi::list_audit);
  server.route(Method::kGet, "/.well-known/jwks.json",
               [this](const Request&, Responder responder) { publish_keys(std::move(responder)); });
}

void AccessApi::route(http::HttpServer& server, Method method, std::string_view pattern,
                      auth::Scope scope, Act act) {
  server.route(
      method, pattern, [this, &server, scope, act](const Request& request, Responder responder) {
        access_.admit(request, scope, std::move(responder),
                      [this, &server, act, request](const Caller& caller, Responder admitted) {
                        if (request.method != Method::kPost) {
                          return (this->*act)(caller, request, std::move(admitted));
                        }
                        server.once(request, http::IdempotentAnswers::Caller::kVerified,
                                    std::move(admitted),
                                    [this, act, caller](const Request& wanted, Responder to) {
                                      (this->*act)(caller, wanted, std::move(to));
                                    });
                      });
      });
}

void AccessApi::make_key(const Caller& caller, const Request& request, Responder responder) {
  auto wanted = read_key_request(request.body);
  if (!wanted) return responder.send(refusal(wanted.error()));
  if (!caller.scopes.covers(wanted->scopes)) {
    return responder.send(
        refusal({ErrorCode::kForbidden, "a key can not give more than it has itself"}));
  }
  NewKey made = make_api_key(std::move(wanted->name), wanted->scopes, access_.sealer(), random_,
                             wall_unix_ms());
  store::ApiKeyRecord record = made.record;
  access_.store().add_api_key(
      std::move(record), [this, caller, made = std::move(made),
                          responder = std::move(responder)](const Result<void>& added) mutable {
        if (!added) return responder.send(refusal(added.error()));
        access_.note(caller.name, caller.from, "key.create", "key:" + made.record.id);
        access_.reload();
        boost::json::object body = describe(made.record);
        body["secret"] = made.secret;
        responder.send(answer(201, body));
      });
}

void AccessApi::list_keys(const Caller&, const Request&, Responder responder) {
  access_.store().api_keys([responder = std::move(responder)](
                               const Result<std::vector<store::ApiKeyRecord>>& keys) mutable {
    if (!keys) return responder.send(refusal(keys.error()));
    boost::json::array list;
    for (const store::ApiKeyRecord& key : *keys) list.emplace_back(describe(key));
    responder.send(answer(200, boost::json::object{{"keys", std::move(list)}}));
  });
}

void AccessApi::revoke_key(const Caller& caller, const Request& request, Responder responder) {
  const std::string id = request.params.at("id");
  access_.store().revoke_api_key(
      id, wall_unix_ms(),
      [this, caller, id, responder = std::move(responder)](const Result<bool>& revoked) mutable {
        if (!revoked) return responder.send(refusal(revoked.error()));
        if (!*revoked) {
          return responder.send(refusal({ErrorCode::kNotFound, "there is no such API key"}));
        }
        access_.ring().revoke_api_key(id);
        access_.note(caller.name, caller.from, "key.revoke", "key:" + id);
        access_.reload();
        responder.send(answer(200, boost::json::object{}));
      });
}

bool AccessApi::may_ask_again(const Caller& caller, Responder& responder) {
  if (token_rates_.take(caller.key, monotonic_now())) return true;
  access_.count_tokens_limited();
  responder.send(refusal(
      {ErrorCode::kRateLimited, "too many tokens at once; one a second, or sign them yourself"}));
  return false;
}

void AccessApi::make_token(const Caller& caller, const Request& request, Responder responder) {
  if (!may_ask_again(caller, responder)) return;
  const std::int64_t now_s = wall_unix_ms() / 1000;
  auto claims = read_token_request(request.body, now_s, random_);
  if (!claims) return responder.send(refusal(claims.error()));
  if (!caller.scopes.covers(auth::scopes_needed(*claims))) {
    return responder.send(
        refusal({ErrorCode::kForbidden, "a token can not grant more than its key may"}));
  }
  claims->authorized_party = caller.key;
  const auto token = access_.ring().sign(*claims, now_s);
  if (!token) return responder.send(refusal(error_of(auth::Refusal::kNotReady)));
  if (token->size() > auth::kTokenBytesMax) {
    return responder.send(refusal({ErrorCode::kTooLarge, "the token would be longer than 8 kB"}));
  }
  access_.note(caller.name, caller.from, "token.create", "token:" + claims->id);
  responder.send(answer(201, boost::json::object{{"token", *token},
                                                 {"id", claims->id},
                                                 {"issuer", own_issuer_},
                                                 {"expiresAt", claims->expires_at_s * 1000}}));
}

void AccessApi::revoke_token(const Caller& caller, const Request& request, Responder responder) {
  if (!may_ask_again(caller, responder)) return;
  const std::string id = request.params.at("id");
  const std::string issuer = request.query_value("issuer").value_or(own_issuer_);
  if (id.size() > auth::kTokenIdBytesMax || issuer.size() > auth::kIssuerBytesMax) {
    return responder.send(refusal({ErrorCode::kTooLarge, "no token has such an id"}));
  }
  const bool is_theirs = issuer == own_issuer_ || issuer == caller.key;
  if (!is_theirs && !caller.scopes.has(auth::Scope::kKeys)) {
    return responder.send(
        refusal({ErrorCode::kForbidden, "tokens of another issuer need the scope keys"}));
  }
  if (access_.ring().revocations() >= store::kRevocationsMax) {
    return responder.send(
        refusal({ErrorCode::kFull, "100,000 tokens are revoked already; revoke the key instead"}));
  }
  const std::int64_t now_ms = wall_unix_ms();
  const std::int64_t until_ms = revoked_until_ms(issuer == own_issuer_, now_ms);
  access_.store().revoke_token(
      {issuer, id, until_ms, now_ms},
      [this, caller, id, issuer, until_ms,
       responder = std::move(responder)](const Result<void>& revoked) mutable {
        if (!revoked) return responder.send(refusal(revoked.error()));
        access_.ring().revoke(issuer, id, until_ms / 1000);
        access_.note(caller.name, caller.from, "token.revoke", "token:" + issuer + '/' + id);
        responder.send(answer(200, boost::json::object{}));
      });
}

void AccessApi::list_audit(const Caller&, const Request& request, Responder responder) {
  const auto page = http::page_of(request, kAuditList);
  const auto before = page ? page->number_or(0) : std::unexpected(page.error());
  if (!before) return responder.send(refusal(before.error()));
  access_.store().audit(*before, page->count,
                        [count = page->count, responder = std::move(responder)](
                            const Result<std::vector<store::AuditRecord>>& records) mutable {
                          if (!records) return responder.send(refusal(records.error()));
                          boost::json::array list;
                          for (const store::AuditRecord& record : *records)
                            list.emplace_back(describe(record));
                          boost::json::object body{{"entries", std::move(list)}};
                          if (records->size() == count) {
                            body["next"] =
                                http::cursor_of(kAuditList, std::to_string(records->back().number));
                          }
                          responder.send(answer(200, body));
                        });
}

void AccessApi::publish_keys(Responder responder) const {
  Response response = Response::json(200, access_.ring().published(wall_unix_ms() / 1000));
  response.headers.emplace_back("Cache-Control", "public, max-age=600");
  responder.send(std::move(response));
}

}  // namespace confab::access
