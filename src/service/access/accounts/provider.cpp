#include "service/access/accounts/provider.h"

#include <memory>
#include <utility>

#include "base/ip_prefix.h"
#include "call/text.h"
#include "platform/clock/clock.h"
#include "platform/http/page.h"
#include "service/access/accounts/input.h"
#include "service/access/url.h"

namespace confab::access {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

constexpr Duration kAnswerTimeout = 10s;
constexpr Duration kEndpointsFor = 1h;
constexpr Duration kKeysFor = 10min;  // what a provider takes out of its set is believed no longer
constexpr std::string_view kCallback = "/api/auth/callback";
constexpr std::string_view kSealedFor = "oidc-flow";
constexpr std::size_t kCodeBytesMax = 2048;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";

std::string_view cookie_name(const Request& request) {
  return http::scheme_of(request) == "https" ? "__Host-confab-flow" : "confab-flow";
}

// Lax: the browser comes back from another site by a link, and must bring it.
std::string flow_cookie(const Request& request, std::string_view value, std::int64_t max_age_s) {
  std::string out(cookie_name(request));
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Lax; Max-Age=");
  out += std::to_string(max_age_s);
  if (http::scheme_of(request) == "https") out += "; Secure";
  return out;
}

Response redirect(std::string to) {
  Response response{302, {}, {}, nullptr};
  response.headers.emplace_back("Location", std::move(to));
  response.headers.emplace_back("Cache-Control", "no-store");
  // The code stands in the address that the browser is at.
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

std::string name_of(const Person& person, const std::string& email) {
  auto name = call::clean_name(person.name);
  if (!name) name = call::clean_name(email.substr(0, std::min<std::size_t>(email.find('@'), 64)));
  return name.value_or("Guest");
}

}  // namespace

ProviderSignIn::ProviderSignIn(const Config& config, http::EventLoop& loop, Accounts& accounts,
                               Access& access, http::HttpServer& server, Random& random,
                               LogSink& log)
    : config_(config),
      loop_(loop),
      accounts_(accounts),
      access_(access),
      random_(random),
      log_(log),
      client_{config.auth.oidc_issuer, config.auth.oidc_client_id, config.auth.oidc_client_secret,
              config.auth.public_url + std::string(kCallback)} {
  server.route(Method::kGet, "/api/auth/provider",
               [this](const Request& request, Responder responder) {
                 begin(request, std::move(responder));
               });
  server.route(Method::kGet, kCallback, [this](const Request& request, Responder responder) {
    come_back(request, std::move(responder));
  });
}

void ProviderSignIn::give_up(Responder responder, const Request& request, std::string_view problem,
                             std::string_view why) {
  ++failures_;
  log_.write(LogLevel::kWarn, "provider_sign_in_failed", {{"problem", problem}, {"reason", why}});
  Response response = redirect("/account?problem=" + std::string(problem));
  response.headers.emplace_back("Set-Cookie", flow_cookie(request, "", 0));
  responder.send(std::move(response));
}

// ---- away ----

void ProviderSignIn::begin(const Request& request, Responder responder) {
  if (!visits_.take(peer_of(request.remote.address).to_string(), monotonic_now())) {
    return give_up(std::move(responder), request, "busy", "too many from one address");
  }
  if (auto may = session_cookie(request, "", {}); !may) {
    return give_up(std::move(responder), request, "insecure", may.error().message);
  }
  with_endpoints([this, request, responder = std::move(responder)](
                     const Result<ProviderEndpoints>& provider) mutable {
    if (!provider) {
      return give_up(std::move(responder), request, "provider", provider.error().message);
    }
    const Flow flow = begin_flow(own_path(request.query_value("next").value_or("")), random_,
                                 wall_unix_ms() / 1000);
    Response response = redirect(authorization_url(*provider, client_, flow));
    const std::string sealed = access_.sealer().seal(write_flow(flow), kSealedFor, random_);
    response.headers.emplace_back("Set-Cookie", flow_cookie(request, sealed, kFlowLifetimeS));
    responder.send(std::move(response));
  });
}

// ---- and back ----

void ProviderSignIn::come_back(const Request& request, Responder responder) {
  // Who has begun once could come back with one made-up code after the other.
  if (!returns_.take(peer_of(request.remote.address).to_string(), monotonic_now())) {
    return give_up(std::move(responder), request, "busy", "too many from one address");
  }
  const auto sealed =
      access_.sealer().open(http::cookie_of(request, cookie_name(request)), kSealedFor);
  auto flow = sealed ? read_flow(*sealed) : std::nullopt;
  const auto code = request.query_value("code");
  // Some other browser's answer, or one to nothing that this browser began.
  if (!flow || flow->ends_at_s < wall_unix_ms() / 1000 ||
      request.query_value("state") != flow->state) {
    return give_up(std::move(responder), request, "expired", "no such sign-in is under way");
  }
  if (!code || code->empty() || code->size() > kCodeBytesMax) {
    return give_up(std::move(responder), request, "provider",
                   "it sent no code: " + request.query_value("error").value_or("").substr(0, 64));
  }
  ask_for_tokens({request, std::move(responder), std::move(*flow), "", false}, *code);
}

void ProviderSignIn::ask_for_tokens(Visit visit, const std::string& code) {
  with_endpoints(
      [this, visit = std::move(visit), code](const Result<ProviderEndpoints>& provider) mutable {
        if (!provider) {
          return give_up(std::move(visit.responder), visit.request, "provider",
                         provider.error().message);
        }
        std::string body = token_request(client_, visit.flow, code);
        ask(provider->token, Method::kPost, std::move(body),
            {{"Content-Type", std::string(kForm)}, {"Authorization", client_credentials(client_)}},
            [this, visit = std::move(visit)](const Result<std::string>& text) mutable {
              auto token = text ? read_token_answer(*text) : std::unexpected(text.error());
              if (!token) {
                return give_up(std::move(visit.responder), visit.request, "provider",
                               token.error().message);
              }
              visit.id_token = std::move(*token);
              check(std::move(visit));
            });
      });
}

// A key that we do not have may be one that they have since; asked for once.
void ProviderSignIn::check(Visit visit) {
  const auto token = auth::read_token(visit.id_token);
  if (!token) {
    return give_up(std::move(visit.responder), visit.request, "provider",
                   auth::refusal_name(token.error()));
  }
  const bool has_fresh = keys_ && (visit.has_fetched_keys || monotonic_now() < keys_until_);
  const auth::VerifyKey* key = has_fresh ? keys_->find(token->key_id, token->algorithm) : nullptr;
  if (key == nullptr && !visit.has_fetched_keys) {
    visit.has_fetched_keys = true;
    return fetch_keys([this, visit = std::move(visit)](const Result<void>& fetched) mutable {
      if (fetched) return check(std::move(visit));
      give_up(std::move(visit.responder), visit.request, "provider", fetched.error().message);
    });
  }
  if (key == nullptr) {
    return give_up(std::move(visit.responder), visit.request, "provider", "an unknown key");
  }
  const auto person =
      check_id_token(visit.id_token, *token, *key, client_, visit.flow, wall_unix_ms() / 1000);
  if (!person) {
    return give_up(std::move(visit.responder), visit.request, "provider", person.error().message);
  }
  enter(std::move(visit), *person);
}

void ProviderSignIn::enter(Visit visit, const Person& person) {
  const IpAddress from = visit.request.remote.address;
  find_account(
      person, from,
      [this, visit = std::move(visit)](const Result<store::AccountRecord>& account) mutable {
        if (!account) {
          const bool is_taken = account.error().code == ErrorCode::kConflict;
          const bool is_down = account.error().code == ErrorCode::kUnavailable;
          return give_up(std::move(visit.responder), visit.request,
                         is_taken  ? "taken"
                         : is_down ? "unavailable"
                                   : "no-account",
                         account.error().message);
        }
        accounts_.open_session(
            *account, visit.request.remote.address,
            [this, visit = std::move(visit)](const Result<Accounts::SignedIn>& in) mutable {
              auto cookie =
                  in ? session_cookie(visit.request, in->secret, config_.auth.session_lifetime)
                     : std::unexpected(in.error());
              if (!cookie) {
                return give_up(std::move(visit.responder), visit.request, "no-account",
                               cookie.error().message);
              }
              // The one that the browser had before. It comes by the provider's page; that it is
              // the browser which began is said by the state and the sealed flow.
              if (const std::string before = shown_secret(visit.request); !before.empty()) {
                accounts_.sessions().end(before, [](const Result<void>&) {});
              }
              Response response = redirect(own_path(visit.flow.next));
              response.headers.emplace_back("Set-Cookie", std::move(*cookie));
              response.headers.emplace_back("Set-Cookie", flow_cookie(visit.request, "", 0));
              visit.responder.send(std::move(response));
            });
      });
}

// ---- whose account ----

void ProviderSignIn::find_account(const Person& person, const IpAddress& from, WithPerson then) {
  accounts_.store().find_login(
      client_.issuer, person.subject,
      [this, person, from,
       then = std::move(then)](Result<std::optional<store::AccountRecord>> found) mutable {
        if (!found) return then(std::unexpected(found.error()));
        if (*found) return then(std::move(**found));
        const auto email = clean_email(person.email);
        if (!email) {
          return then(fail(ErrorCode::kForbidden, "the provider vouches for no address of theirs"));
        }
        adopt(person, *email, from, std::move(then));
      });
}

// The provider vouches for the address, as an operator's link does. Somebody who signed up with it
// by themselves may be anybody: what they could come back by (password, sessions, links) is worth
// nothing from then on. Where the address was proven before and there is a password, two people may
// have had it one after the other: then it is not given away.
void ProviderSignIn::adopt(const Person& person, const std::string& email, const IpAddress& from,
                           WithPerson then) {
  accounts_.store().find_account(
      email, [this, person, email, from, then = std::move(then)](
                 const Result<std::optional<store::AccountRecord>>& found) mutable {
        if (!found) return then(std::unexpected(found.error()));
        if (*found) return take_over(person, **found, from, std::move(then));
        if (config_.auth.accounts != AccountsMode::kOpen) {
          return then(fail(ErrorCode::kForbidden, "nobody has made an account for this address"));
        }
        store::AccountRecord made =
            make_account(email, name_of(person, email), random_, wall_unix_ms());
        made.is_proven = true;
        accounts_.store().add_account(
            made, [this, person, made, then = std::move(then)](const Result<void>& added) mutable {
              if (!added) return then(std::unexpected(added.error()));
              join(person, made, std::move(then));
            });
      });
}

void ProviderSignIn::take_over(const Person& person, store::AccountRecord account,
                               const IpAddress& from, WithPerson then) {
  if (account.is_proven && account.password_hash.empty()) {
    return join(person, account, std::move(then));
  }
  if (account.is_proven) {
    return then(fail(ErrorCode::kConflict, "there is an account with this address"));
  }
  const std::string name = name_of(person, account.email);
  accounts_.store().hand_over(
      {account.id, account_identity(account.id), client_.issuer, name},
      [this, person, account, from, name,
       then = std::move(then)](const Result<bool>& is_handed_over) mutable {
        if (!is_handed_over) return then(std::unexpected(is_handed_over.error()));
        if (!*is_handed_over) {
          return then(fail(ErrorCode::kConflict, "there is an account with this address"));
        }
        accounts_.was_handed_over(account, from);
        account.password_hash.clear();
        account.name = name;
        join(person, account, std::move(then));
      });
}

void ProviderSignIn::join(const Person& person, const store::AccountRecord& account,
                          WithPerson then) {
  accounts_.store().add_login(
      {client_.issuer, person.subject, account.id},
      [account, then = std::move(then)](const Result<bool>& added) mutable {
        if (!added) return then(std::unexpected(added.error()));
        // The provider has given the address to somebody else since, or two came at once.
        if (!*added) return then(fail(ErrorCode::kConflict, "this account is somebody else's"));
        then(account);
      });
}

// ---- what the provider is asked ----

void ProviderSignIn::with_endpoints(std::move_only_function<void(Result<ProviderEndpoints>)> then) {
  if (endpoints_ && monotonic_now() < endpoints_until_) return then(*endpoints_);
  std::string url = client_.issuer;
  if (url.ends_with('/')) url.pop_back();
  ask(url + "/.well-known/openid-configuration", Method::kGet, "", {},
      [this, then = std::move(then)](const Result<std::string>& text) mutable {
        auto read = text ? read_discovery(*text, client_.issuer) : std::unexpected(text.error());
        if (!read) return then(std::unexpected(read.error()));
        endpoints_ = *read;
        endpoints_until_ = monotonic_now() + kEndpointsFor;
        then(std::move(*read));
      });
}

void ProviderSignIn::fetch_keys(std::move_only_function<void(Result<void>)> then) {
  with_endpoints([this, then = std::move(then)](const Result<ProviderEndpoints>& provider) mutable {
    if (!provider) return then(std::unexpected(provider.error()));
    ask(provider->keys, Method::kGet, "", {},
        [this, then = std::move(then)](const Result<std::string>& text) mutable {
          auto keys = text ? auth::KeySet::read(*text) : std::unexpected(text.error());
          if (!keys) return then(std::unexpected(keys.error()));
          keys_ = std::move(*keys);
          keys_until_ = monotonic_now() + kKeysFor;
          then({});
        });
  });
}

void ProviderSignIn::ask(const std::string& url, Method method, std::string body,
                         http::Headers headers, WithText then) {
  const auto parts = split_url(url);
  if (!parts) return then(std::unexpected(parts.error()));
  if (requests_ >= kProviderRequestsMax) {
    return then(fail(ErrorCode::kFull, "too many sign-ins are under way"));
  }
  ++requests_;
  auto answered = [this, then = std::move(then)](Result<std::string> text) mutable {
    --requests_;
    then(std::move(text));
  };
  http::resolve(loop_, parts->origin.host,
                [this, parts = *parts, method, body = std::move(body), headers = std::move(headers),
                 then = std::move(answered)](const Result<IpAddress>& address) mutable {
                  if (!address) return then(std::unexpected(address.error()));
                  const http::ClientTarget target{.origin = parts.origin,
                                                  .address = *address,
                                                  .timeout = kAnswerTimeout,
                                                  .headers = std::move(headers)};
                  http::fetch(
                      loop_, target, method, parts.path, std::move(body),
                      [then = std::move(then)](Result<Response> response) mutable {
                        if (!response) return then(std::unexpected(response.error()));
                        if (response->status != 200) {
                          return then(fail(ErrorCode::kUnavailable,
                                           "it answered " + std::to_string(response->status)));
                        }
                        then(std::move(response->body));
                      });
                });
}

void ProviderSignIn::expose(metrics::Exposition& out) const {
  out.counter("accounts_provider_failures", "Sign-ins by the provider that came to nothing.", {},
              failures_);
}

}  // namespace confab::access
