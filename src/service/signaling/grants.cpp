#include "service/signaling/grants.h"

#include "call/text.h"

namespace confab::signaling {

std::optional<Error> take_grants(const std::optional<auth::Claims>& claims, bool may_be_anonymous,
                                 call::Join& join) {
  if (!claims) {
    if (may_be_anonymous) return std::nullopt;
    return Error{ErrorCode::kUnauthenticated, "a token is needed to join a meeting here"};
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
  return std::nullopt;
}

}  // namespace confab::signaling
