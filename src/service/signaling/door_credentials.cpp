// By what the sockets of the door are who they are: tokens that were shown, and sessions of
// accounts.
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "service/protocol/protocol.h"
#include "service/signaling/door.h"
#include "service/signaling/grants.h"

namespace confab::signaling {

bool Door::take_token(const socketio::ConnectRequest& event, const boost::json::object& auth,
                      Session& session) {
  const auto* token = auth.if_contains("token");
  if (token == nullptr || token->is_null()) return true;
  const Instant now = monotonic_now();
  if (!wrong_tokens_.has_some(session.from, now)) {
    refuse_token(event, {ErrorCode::kRateLimited, "too many wrong tokens; wait a minute"},
                 "rate_limited");
    return false;
  }
  const auto* text = token->if_string();
  const auto claims = text != nullptr && check_token_ ? check_token_(*text)
                                                      : std::unexpected(auth::Refusal::kMalformed);
  if (claims) {
    session.granted_to = auth::fingerprint(identity_of(*claims));
    session.token = *text;
    auth::Claims& watched = session.watched.emplace();
    watched.issuer = claims->issuer;
    watched.id = claims->id;
    watched.authorized_party = claims->authorized_party;
    return true;
  }
  const Error error = error_of(claims.error());
  if (error.code == ErrorCode::kUnauthenticated) wrong_tokens_.take(session.from, now);
  refuse_token(event, error, auth::refusal_name(claims.error()));
  return false;
}

// At each join, as with tokens: a socket is open for hours, in which one may sign out elsewhere.
void Door::identify(Session& session, const EventCodec& codec, const std::string& args_json,
                    std::optional<std::uint64_t> ack_id) {
  session.identifying = ++last_identified_;
  accounts_.find(session.account_session, session.from,
                 [this, connection = session.connection, number = session.identifying, &codec,
                  args_json, ack_id](Result<std::optional<SignedIn>> who) {
                   const auto it = sessions_.find(connection);
                   if (it == sessions_.end() || it->second.identifying != number) return;
                   Session& asker = it->second;
                   asker.identifying = 0;
                   // While nobody can say who they are, they are who anybody may be. But who was
                   // not looked for, as others there showed too much, is asked to come again.
                   const bool may_be_guest = config_.auth.anonymous_join && !who &&
                                             who.error().code != ErrorCode::kRateLimited;
                   if (!who && !may_be_guest) return refuse(asker, &codec, ack_id, who.error());
                   carry_out(asker, codec, args_json, ack_id, who ? std::move(*who) : std::nullopt);
                 });
}

std::optional<Error> Door::take_credentials(const Session& session,
                                            const std::optional<SignedIn>& account,
                                            call::Join& join) {
  const auto claims = claims_now(session.token, check_token_);
  if (!claims) return claims.error();
  if (*claims || !account) return take_grants(*claims, config_.auth.anonymous_join, join);
  take_account(*account, join);
  return std::nullopt;
}

void Door::note_seat(Session& session, const Credentials& by) {
  session.granted_to = by.granted_to;
  if (by.account) {
    account_seats_.sit(session.connection, by.account->identity, monotonic_now());
  } else {
    account_seats_.leave(session.connection);
  }
}

void Door::set_account_check(AccountCheck check) {
  accounts_ = std::move(check);
  sockets_.set_note(accounts_.read);
}

void Door::watch_tokens(TokenEnd has_ended) {
  has_ended_ = std::move(has_ended);
  tokens_.set(monotonic_now() + kTokensEvery, [this] { look_at_credentials(); });
}

void Door::look_at_credentials() {
  look_at_tokens();
  if (accounts_.find) look_at_accounts();
  tokens_.set(monotonic_now() + kTokensEvery, [this] { look_at_credentials(); });
}

void Door::look_at_tokens() {
  std::vector<call::ConnectionId> ended;
  for (auto& [connection, session] : sessions_) {
    if (!session.watched || !has_ended_(*session.watched)) continue;
    session.watched.reset();
    ended.push_back(connection);
  }
  for (const call::ConnectionId connection : ended) {
    ++counts_.tokens_ended;
    listener_(call::GrantRevoked{connection});
  }
}

void Door::look_at_accounts() {
  for (const call::ConnectionId connection : account_seats_.take_due(monotonic_now())) {
    look_at_account(connection, sessions_.at(connection).account_session);
  }
}

// Somebody else is signed in there by now, or nobody. While the database is away nobody is put out.
void Door::look_at_account(call::ConnectionId connection, const std::string& secret) {
  accounts_.find(secret, std::nullopt,
                 [this, connection](const Result<std::optional<SignedIn>>& who) {
                   const auto it = sessions_.find(connection);
                   if (!who || it == sessions_.end()) return;
                   const std::string now = *who ? (*who)->identity : std::string{};
                   if (!account_seats_.has_ended(connection, now)) return;
                   it->second.granted_to.reset();
                   ++counts_.accounts_ended;
                   listener_(call::GrantRevoked{connection});
                 });
}

}  // namespace confab::signaling
