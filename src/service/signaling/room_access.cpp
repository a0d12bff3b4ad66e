// Who may do what with a room by REST: by its host key, by a key or token, or signed in.
#include <utility>

#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "service/signaling/room_api.h"

namespace confab::signaling {
namespace {

using http::Request;
using http::Responder;
using http::Response;

constexpr std::string_view kBearer = "Bearer ";

}  // namespace

void RoomApi::identify(const Request& request, Responder responder, WithAccount then) {
  // A token is shown on purpose, so it goes before what the browser shows by itself.
  const bool has_token = !request.header("Authorization").empty();
  const std::string session =
      accounts_.read && !has_token ? accounts_.read(request) : std::string{};
  if (session.empty()) return then(std::nullopt, std::move(responder));
  accounts_.find(session, request.remote.address,
                 [this, responder = std::move(responder),
                  then = std::move(then)](Result<std::optional<SignedIn>> who) mutable {
                   if (!who) return refuse(who.error(), std::move(responder));
                   then(std::move(*who), std::move(responder));
                 });
}

Result<void> RoomApi::may_make(const Request& request) {
  if (makers_ && !request.header("Authorization").empty()) return makers_(request);
  return fail(ErrorCode::kUnauthenticated,
              "sign in, or show a token that may make rooms (roomCreate)");
}

Result<void> RoomApi::owns(const Request& request, const store::RoomRecord& room) {
  const std::string_view shown = request.header("Authorization");
  if (shown.starts_with(kBearer)) {
    const std::string_view key = shown.substr(kBearer.size());
    // No token begins so: a wrong key is nobody's failure but this address's with host keys.
    if (key.starts_with(kHostKeyPrefix)) return owns_by_key(key, request.remote.address, room);
  }
  if (!shown.empty() && authority_) return authority_(request, room);
  return fail(ErrorCode::kUnauthenticated, "show the key of this room (Authorization: Bearer …)");
}

Result<void> RoomApi::owns_by_key(std::string_view key, const IpAddress& from,
                                  const store::RoomRecord& room) {
  // A room of somebody who signs in has none (docs/decisions/0021).
  const bool is_key = room.owner.empty() &&
                      (room.host_key_hash.empty() ? signer_.is_host_key(key, room.code)
                                                  : auth::fingerprint(key) == room.host_key_hash);
  // Whatever others behind the same address show.
  if (is_key) return {};
  if (!wrong_keys_.take(from, monotonic_now())) {
    ++keys_refused_;
    return fail(ErrorCode::kRateLimited, "too many wrong host keys; wait a minute");
  }
  return fail(ErrorCode::kUnauthenticated, "this is not the key of this room");
}

Result<void> RoomApi::may_list(const Request& request) {
  if (listers_ && !request.header("Authorization").empty()) return listers_(request);
  return fail(ErrorCode::kUnauthenticated, "a token that may list rooms is needed (roomList)");
}

void RoomApi::refuse(const Error& error, Responder responder) {
  if (error.code == ErrorCode::kUnauthenticated) ++requests_unauthenticated_;
  if (error.code == ErrorCode::kForbidden) ++requests_forbidden_;
  Response response = Response::error(error);
  if (error.code == ErrorCode::kRateLimited) response.set_header("Retry-After", "2");
  responder.send(std::move(response));
}

void RoomApi::judge(const Request& request, store::RoomRecord room, Responder responder,
                    WithVerdict then) {
  const Result<void> may = owns(request, room);
  if (may) return then(may, std::move(room), std::move(responder));
  identify(request, std::move(responder),
           [this, request, may, room = std::move(room), then = std::move(then)](
               const std::optional<SignedIn>& who, Responder to) mutable {
             if (!who) return then(may, std::move(room), std::move(to));
             if (who->identity != room.owner) {
               return then(fail(ErrorCode::kForbidden, "this room is somebody else's"),
                           std::move(room), std::move(to));
             }
             const Result<void> let = accounts_.let_through(*who, request, room.id.to_string());
             then(let, std::move(room), std::move(to));
           });
}

void RoomApi::find_own(const Request& request, Responder responder, WithRoom then) {
  find(request, std::move(responder),
       [this, request, then = std::move(then)](store::RoomRecord room, Responder to) mutable {
         judge(request, std::move(room), std::move(to),
               [this, then = std::move(then)](const Result<void>& may, store::RoomRecord own,
                                              Responder last) mutable {
                 if (!may) return refuse(may.error(), std::move(last));
                 then(std::move(own), std::move(last));
               });
       });
}

}  // namespace confab::signaling
