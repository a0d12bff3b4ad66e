#include "service/access/access.h"

#include <utility>

#include "call/text.h"
#include "platform/auth/base64url.h"
#include "platform/clock/clock.h"
#include "service/access/answers.h"

namespace confab::access {
namespace {

// Wrong keys and tokens from one address: a script that has an old one, then one every two seconds.
// Secrets have 256 bits, so this is about load, not about guessing.
constexpr call::Rate kFailureRate{30, 0.5};
// An id and a secret of the longest kind, in base64.
constexpr std::size_t kBasicCharsMax = 2048;

// RFC 7617 has base64 with padding.
std::optional<std::string> decode_basic(std::string_view text) {
  if (text.size() > kBasicCharsMax) return std::nullopt;
  std::string url(text.substr(0, text.find('=')));
  for (char& c : url) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return auth::base64url_decode(url);
}

// The part behind "Bearer " or "Basic ", whose case does not matter (RFC 9110 §11.1).
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !http::equals_ignoring_case(header.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  header.remove_prefix(scheme.size() + 1);
  return header;
}

}  // namespace

Error error_of(auth::Refusal refusal) {
  const bool is_early = refusal == auth::Refusal::kNotReady;
  return {is_early ? ErrorCode::kUnavailable : ErrorCode::kUnauthenticated,
          std::string(auth::refusal_text(refusal))};
}

Access::Access(const Config& config, http::EventLoop& loop, store::AccessStore& store,
               const auth::TokenSigner& signer, Random& random, LogSink& log)
    : store_(store),
      log_(log),
      sealer_(signer.sealer()),
      ring_({.own_issuer = config.auth.issuer,
             .audience = config.auth.audience,
             .remote_issuer = config.auth.jwks_issuer}),
      source_(loop, store, sealer_, ring_, config.auth.jwks_url, random, log),
      failures_(kFailureRate),
      identities_({static_cast<double>(config.auth.identity_burst),
                   static_cast<double>(config.auth.identity_per_second)},
                  monotonic_now()) {}

std::expected<auth::Claims, auth::Refusal> Access::check(std::string_view token) {
  auto checked = ring_.check(token, wall_unix_ms() / 1000, monotonic_now());
  // It may be one that the provider has published since.
  if (!checked && checked.error() == auth::Refusal::kUnknownKey) source_.fetch_if_due();
  return checked;
}

Result<Caller> Access::caller(const http::Request& request) {
  const IpAddress& from = request.remote.address;
  if (!failures_.has_some(from, monotonic_now())) {
    ++failures_limited_;
    return fail(ErrorCode::kRateLimited, "too many wrong keys or tokens; wait a minute");
  }
  const std::string_view header = request.header("Authorization");
  if (header.empty()) {
    return fail(ErrorCode::kUnauthenticated, "an API key or a token is needed");
  }
  if (const auto basic = after_scheme(header, "Basic")) return paced(by_key(*basic, from));
  if (const auto bearer = after_scheme(header, "Bearer")) return paced(by_token(*bearer, from));
  return refuse(from, ErrorCode::kUnauthenticated, "neither Basic nor Bearer");
}

Result<Caller> Access::paced(Result<Caller> caller) {
  if (!caller) return caller;
  if (auto may = pace(caller->name); !may) return std::unexpected(std::move(may).error());
  return caller;
}

Result<void> Access::pace(const std::string& name) {
  const Instant now = monotonic_now();
  if (identities_.take(name, now) && (!shared_rate_ || shared_rate_(name, now))) return {};
  ++identities_limited_;
  return fail(ErrorCode::kRateLimited,
              "too many requests of this key, token or account; wait a moment");
}

Result<void> Access::may_lead_own(const std::string& identity, const http::Request& request,
                                  const std::string& room_id) {
  if (auto may = pace(identity); !may) return may;
  note_leading(identity, request, room_id);
  return {};
}

Result<Caller> Access::caller(const http::Request& request, auth::Scope scope) {
  auto found = caller(request);
  if (!found || found->scopes.has(scope)) return found;
  return fail(ErrorCode::kForbidden,
              "the scope " + std::string(auth::scope_name(scope)) + " is needed");
}

// A key or token is shown on purpose, so it goes before what the browser shows by itself.
void Access::admit(const http::Request& request, auth::Scope scope, http::Responder responder,
                   WithCaller then) {
  const bool is_by_session =
      scope == auth::Scope::kOps && find_operator_ && request.header("Authorization").empty();
  if (is_by_session) return admit_operator(request, std::move(responder), std::move(then));
  const auto found = caller(request, scope);
  if (!found) return responder.send(refusal(found.error()));
  then(*found, std::move(responder));
}

void Access::admit_operator(const http::Request& request, http::Responder responder,
                            WithCaller then) {
  find_operator_(request, [this, from = request.remote.address, responder = std::move(responder),
                           then = std::move(then)](
                              const Result<std::optional<std::string>>& identity) mutable {
    if (!identity) return responder.send(refusal(identity.error()));
    if (!*identity) {
      return responder.send(
          refusal({ErrorCode::kUnauthenticated,
                   "an API key, a token, or signing in with an operator's account is needed"}));
    }
    if (auto may = pace(**identity); !may) return responder.send(refusal(may.error()));
    then({**identity, "", auth::Scopes().with(auth::Scope::kOps), {}, from}, std::move(responder));
  });
}

bool leads(const Caller& caller, std::string_view room) {
  // The scopes of a token say what kind of thing it grants, not in which room.
  if (!caller.key.empty()) return caller.scopes.has(auth::Scope::kRooms);
  return caller.video.room_admin && call::normalize_room_code(caller.video.room) == room;
}

bool makes_rooms(const Caller& caller) {
  if (!caller.key.empty()) return caller.scopes.has(auth::Scope::kRooms);
  return caller.video.room_create;
}

bool lists_rooms(const Caller& caller) {
  if (!caller.key.empty()) return caller.scopes.has(auth::Scope::kRooms);
  return caller.video.room_list;
}

std::string audit_target(std::string_view path, const std::string& room_id) {
  constexpr std::string_view kRooms = "/api/rooms/";
  std::string out = "room:" + room_id;
  if (!path.starts_with(kRooms)) return out;
  const std::size_t behind = path.find('/', kRooms.size());
  if (behind != std::string_view::npos) out += ' ' + std::string(path.substr(behind + 1));
  return out;
}

void Access::note_leading(const std::string& actor, const http::Request& request,
                          const std::string& room_id) {
  const std::string target = audit_target(request.path, room_id);
  switch (request.method) {
    case http::Method::kGet:
    case http::Method::kHead:
      break;
    case http::Method::kDelete: {
      const bool is_room = !target.contains(' ');
      note(actor, request.remote.address, is_room ? "room.delete" : "room.act", target, "allowed");
      break;
    }
    default:
      note(actor, request.remote.address, "room.act", target, "allowed");
  }
}

Result<void> Access::may_lead(const http::Request& request, std::string_view room,
                              const std::string& room_id) {
  const auto found = caller(request);
  if (!found) return std::unexpected(found.error());
  if (!leads(*found, room)) {
    return fail(ErrorCode::kForbidden, "this key or token does not lead this room");
  }
  note_leading(found->name, request, room_id);
  return {};
}

Result<void> Access::may_make_rooms(const http::Request& request) {
  const auto found = caller(request);
  if (!found) return std::unexpected(found.error());
  if (makes_rooms(*found)) return {};
  return fail(ErrorCode::kForbidden, "this key or token makes no rooms (roomCreate)");
}

Result<void> Access::may_list_rooms(const http::Request& request) {
  const auto found = caller(request);
  if (!found) return std::unexpected(found.error());
  if (lists_rooms(*found)) return {};
  return fail(ErrorCode::kForbidden, "this key or token lists no rooms (roomList)");
}

Result<Caller> Access::by_key(std::string_view credentials, const IpAddress& from) {
  if (!ring_.is_ready()) return std::unexpected(error_of(auth::Refusal::kNotReady));
  const auto text = decode_basic(credentials);
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  const auth::ApiKey* key = colon == std::string::npos
                                ? nullptr
                                : ring_.proven(std::string_view(*text).substr(0, colon),
                                               std::string_view(*text).substr(colon + 1));
  if (key == nullptr) {
    ++wrong_keys_;
    return refuse(from, ErrorCode::kUnauthenticated, "there is no such API key");
  }
  return Caller{"key:" + key->id, key->id, key->scopes, {}, from};
}

Result<Caller> Access::by_token(std::string_view token, const IpAddress& from) {
  auto claims = check(token);
  if (!claims) {
    const Error error = error_of(claims.error());
    return refuse(from, error.code, error.message);
  }
  return Caller{"token:" + claims->issuer + '/' + claims->subject, "",
                auth::scopes_of(claims->video), std::move(claims->video), from};
}

std::unexpected<Error> Access::refuse(const IpAddress& from, ErrorCode code, std::string_view why) {
  if (code == ErrorCode::kUnauthenticated) failures_.take(from, monotonic_now());
  return fail(code, std::string(why));
}

void Access::note(const std::string& actor, const IpAddress& from, std::string_view action,
                  std::string_view target, std::string_view outcome) {
  store::AuditRecord record{0,
                            wall_unix_ms(),
                            actor,
                            from.to_string(),
                            std::string(action),
                            std::string(target),
                            std::string(outcome)};
  log_.write(LogLevel::kInfo, "audit",
             {{"actor", Private{record.actor}},
              {"from", Private{record.from}},
              {"action", action},
              {"target", target},
              {"outcome", outcome}});
  store_.write_audit(std::move(record), [this](const Result<void>& written) {
    if (!written) ++audit_lost_;
  });
}

void Access::expose(metrics::Exposition& out) const {
  const auth::KeyRing::Counts& counts = ring_.counts();
  out.counter("auth_tokens_accepted", "Tokens that were good.", {}, counts.accepted);
  for (std::size_t i = 0; i < auth::kRefusals; ++i) {
    out.counter("auth_tokens_refused", "Tokens that were not, by reason.",
                {{"reason", auth::refusal_name(static_cast<auth::Refusal>(i))}}, counts.refused[i]);
  }
  out.counter("auth_keys_refused", "API keys shown that are none, or not with this secret.", {},
              wrong_keys_);
  const auto limited = [&](std::string_view reason, std::uint64_t count) {
    out.counter("auth_rate_limited", "Requests not looked at since there were too many, by reason.",
                {{"reason", reason}}, count);
  };
  limited("wrong_credentials", failures_limited_);  // of one address
  limited("identity", identities_limited_);
  limited("tokens", tokens_limited_);  // made and revoked by one key
  out.counter("audit_lost", "Lines of the audit log that the database did not take.", {},
              audit_lost_);
  out.gauge("auth_api_keys", "API keys, revoked ones included.", {},
            static_cast<double>(ring_.api_keys()));
  out.gauge("auth_revocations", "Tokens that are revoked and have not expired.", {},
            static_cast<double>(ring_.revocations()));
  source_.expose(out);
}

}  // namespace confab::access
