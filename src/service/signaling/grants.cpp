#include "service/signaling/grants.h"

#include "call/meeting.h"
#include "call/text.h"
#include "platform/auth/fingerprint.h"

namespace confab::signaling {
namespace {

static_assert(auth::kAllTokenSources == control::kAllSources);
static_assert(static_cast<int>(auth::TokenSource::kScreenShareAudio) ==
              static_cast<int>(control::TrackSource::kScreenAudio));

std::optional<call::Role> role_of(const std::optional<auth::TokenRole>& role) {
  if (!role) return std::nullopt;
  switch (*role) {
    case auth::TokenRole::kViewer:
      return call::Role::kViewer;
    case auth::TokenRole::kParticipant:
      return call::Role::kMember;
    case auth::TokenRole::kCohost:
      return call::Role::kCohost;
    case auth::TokenRole::kHost:
      return call::Role::kHost;
  }
  return std::nullopt;
}

// What a token grants by default is what the role has: a viewer's that says nothing of sources
// sends none.
call::Grant grant_of(const auth::Claims& claims) {
  const auth::VideoGrant& video = claims.video;
  call::Grant out;
  out.identity = identity_of(claims);
  out.room = call::normalize_room_code(video.room).value_or("");
  out.role = role_of(claims.role);
  out.is_room_admin = video.room_admin && !video.room.empty();
  out.bypasses_lobby = claims.lobby == auth::LobbyClaim::kBypass;
  out.sources = video.sources;
  out.can_subscribe = video.can_subscribe;
  out.can_publish_data = video.can_publish_data;
  out.is_hidden = video.hidden;
  return out;
}

// A join is found again by its attempt only with the same identity, as a seat is.
void give(call::Grant grant, call::Join& join) {
  join.grant = std::move(grant);
  if (join.attempt.size() >= call::kAttemptCharsMin) {
    join.attempt += '\n' + auth::fingerprint(join.grant->identity);
  }
}

}  // namespace

std::string identity_of(const auth::Claims& claims) {
  return claims.subject.empty() ? "" : claims.issuer + '\n' + claims.subject;
}

Error error_of(auth::Refusal refusal) {
  const bool is_early = refusal == auth::Refusal::kNotReady;
  return {is_early ? ErrorCode::kUnavailable : ErrorCode::kUnauthenticated,
          std::string(auth::refusal_text(refusal))};
}

Result<std::optional<auth::Claims>> claims_now(std::string_view token, const TokenCheck& check) {
  if (token.empty()) return std::nullopt;
  auto claims = check(token);
  if (!claims) return std::unexpected(error_of(claims.error()));
  return std::move(*claims);
}

std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join) {
  if (!claims) {
    if (may_be_anonymous) return std::nullopt;
    join.must_own = true;
    if (!join.host_key_hash.empty()) return std::nullopt;
    return Error{ErrorCode::kUnauthenticated,
                 "guests can not join a meeting here: sign in, or show a token"};
  }
  const auth::VideoGrant& video = claims->video;
  if (!video.room_join) return Error{ErrorCode::kForbidden, "the token is not one to join with"};
  // Compared as codes are, in any spelling.
  const auto wanted = call::normalize_room_code(join.room);
  const auto granted = call::normalize_room_code(video.room);
  if (!video.room.empty() && (!granted || granted != wanted)) {
    return Error{ErrorCode::kForbidden, "the token is for another room"};
  }
  if (join.name.empty() && !join.resume) join.name = claims->name;
  give(grant_of(*claims), join);
  return std::nullopt;
}

void take_account(const SignedIn& who, call::Join& join) {
  if (join.name.empty() && !join.resume) join.name = who.name;
  call::Grant grant;
  grant.identity = who.identity;
  give(std::move(grant), join);
}

}  // namespace confab::signaling
