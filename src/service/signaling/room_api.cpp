#include "service/signaling/room_api.h"

#include <array>
#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "call/text.h"
#include "platform/auth/base64url.h"
#include "platform/auth/fingerprint.h"
#include "platform/clock/clock.h"
#include "platform/http/etag.h"
#include "platform/json/json.h"
#include "service/signaling/dialects/own/describe.h"
#include "service/signaling/dialects/own/own.h"
#include "service/signaling/records.h"

namespace confab::signaling {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

// An office behind one NAT makes a hundred rooms on a Monday morning, and a dozen a minute after
// that.
constexpr call::Rate kCreateRate{100, 0.2};
// All addresses together, twice: 1,000 at once, then 10 a second, are a row of some 100 bytes each.
// Who has made more than ten lately draws on the first, so that many who make many do not keep out
// those who make one.
constexpr call::Rate kCreateRateOfAll{1000, 10};
constexpr double kFewRooms = 10;
// Rooms that are not there, asked for from one address: a few mistyped codes. Those that are cost
// nothing, or a hundred people who open the same link would wait for each other.
constexpr call::Rate kLookupRate{60, 1};
// Wrong host keys from one address, of any room: a browser that kept old ones. A key has 256 bits,
// so this is about load, not about guessing.
constexpr call::Rate kWrongKeyRate{30, 0.5};
// 26^10 codes: two equal ones in a row happen to nobody.
constexpr std::size_t kCreateAttempts = 3;
// As often another change may come between; each is a click of somebody.
constexpr std::size_t kSaveAttempts = 5;
constexpr std::size_t kHostKeyBytes = 32;

Response json_response(unsigned status, const boost::json::object& body) {
  Response response = Response::json(status, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::string make_room_code(Random& random) {
  std::string letters;
  while (letters.size() < 10) letters += static_cast<char>('a' + random.between(0, 25));
  return *call::normalize_room_code(letters);
}

// Opaque to clients, like those of before, which were signed.
std::string make_host_key(Random& random) {
  std::array<std::uint8_t, kHostKeyBytes> bytes{};
  random.fill(bytes);
  return std::string(kHostKeyPrefix) + auth::base64url_encode(bytes);
}

// The part of a room's ETag by which If-Match asks: people who come and go make nobody's change of
// the settings a lost one.
std::string digest_of_settings(const call::RoomSettings& settings) {
  return http::digest_of(json::serialize(own::describe(settings)) + settings.password_hash);
}

std::string etag_of_room(const call::RoomSettings& settings, std::string_view body) {
  return '"' + digest_of_settings(settings) + '.' + http::digest_of(body) + '"';
}

// Empty: whatever they are.
bool settings_match(std::string_view if_match, const call::RoomSettings& settings) {
  if (if_match.empty()) return true;
  const std::string digest = digest_of_settings(settings) + '.';
  return http::matches_strongly(
      if_match, [&](std::string_view etag) { return etag.substr(1).starts_with(digest); });
}

Response not_as_expected() {
  return Response::error(
      {ErrorCode::kConflict, "the room is not as If-Match says; look at it again"}, 412);
}

boost::json::object describe_settings(const store::RoomRecord& room) {
  return own::describe(to_settings(room.settings));
}

}  // namespace

// What is done in a meeting. `field`: what the :id of the path is called on the socket.
struct RoomApi::Operation {
  Method method = Method::kPost;
  std::string_view path;
  const EventCodec* codec = nullptr;
  std::string_view field;
};

RoomApi::RoomApi(const Config& config, http::HttpServer& server, store::Store& store,
                 const auth::TokenSigner& signer, const ice_health::Book& ice_servers,
                 auth::PasswordWorker& passwords, Random& random, LogSink& log, Meetings& meetings)
    : config_(config),
      server_(server),
      store_(store),
      signer_(signer),
      ice_servers_(ice_servers),
      passwords_(passwords),
      random_(random),
      log_(log),
      meetings_(meetings),
      creators_(kCreateRate),
      lookups_(kLookupRate),
      wrong_keys_(kWrongKeyRate),
      many_makers_(kCreateRateOfAll, monotonic_now()),
      few_makers_(kCreateRateOfAll, monotonic_now()) {
  static constexpr std::string_view kWho = "participantId";
  static constexpr std::string_view kWaits = "waitingId";
  static const std::array kOperations = {
      Operation{Method::kPost, "participants/:id/mute", &own::kParticipantMute, kWho},
      Operation{Method::kPost, "participants/:id/stop", &own::kParticipantStop, kWho},
      Operation{Method::kPost, "participants/:id/ask-unmute", &own::kParticipantAskUnmute, kWho},
      Operation{Method::kPost, "participants/:id/lower-hand", &own::kHandLower, kWho},
      Operation{Method::kPost, "participants/:id/remove", &own::kParticipantRemove, kWho},
      Operation{Method::kPost, "participants/:id/ban", &own::kParticipantBan, kWho},
      Operation{Method::kPost, "participants/:id/role", &own::kParticipantRole, kWho},
      Operation{Method::kPost, "mute", &own::kMeetingMuteAll, {}},
      Operation{Method::kPost, "lower-hands", &own::kMeetingLowerHands, {}},
      Operation{Method::kPost, "end", &own::kMeetingEnd, {}},
      Operation{Method::kPost, "lobby/:id/admit", &own::kLobbyAdmit, kWaits},
      Operation{Method::kPost, "lobby/:id/deny", &own::kLobbyDeny, kWaits},
      Operation{Method::kPost, "lobby/admit", &own::kLobbyAdmitAll, {}},
      Operation{Method::kPost, "lobby/message", &own::kLobbyMessage, {}},
      Operation{Method::kGet, "bans", &own::kBanList, {}},
      Operation{Method::kDelete, "bans/:id", &own::kBanLift, "banId"}};
  declare_rooms(server);
  for (const Operation& operation : kOperations) declare(server, operation);
}

void RoomApi::declare_rooms(http::HttpServer& server) {
  using Handle = void (RoomApi::*)(const Request&, Responder);
  const auto route = [&](Method method, std::string_view pattern, Handle handle) {
    server.route(method, pattern, [this, handle](const Request& request, Responder responder) {
      (this->*handle)(request, std::move(responder));
    });
  };
  route(Method::kPost, "/api/rooms", &RoomApi::create);
  route(Method::kGet, "/api/rooms/:code", &RoomApi::get);
  route(Method::kPatch, "/api/rooms/:code", &RoomApi::change);
  route(Method::kDelete, "/api/rooms/:code", &RoomApi::remove);
  route(Method::kGet, "/api/rooms/:code/participants", &RoomApi::list_people);
}

void RoomApi::declare(http::HttpServer& server, const Operation& operation) {
  server.route(operation.method, "/api/rooms/:code/" + std::string(operation.path),
               [this, &operation](const Request& request, Responder responder) {
                 operate(operation, request, std::move(responder));
               });
}

// ---- rooms ----

bool RoomApi::may_create(const IpAddress& address) {
  const Instant now = monotonic_now();
  const bool is_many = creators_.taken(address, now) > kFewRooms;
  return creators_.take(address, now) && (is_many ? many_makers_ : few_makers_).take(now);
}

void RoomApi::hash(RoomWanted wanted, const IpAddress& from, Responder responder,
                   std::move_only_function<void(RoomWanted, Responder)> then) {
  if (!wanted.password || wanted.password->empty()) {
    return then(std::move(wanted), std::move(responder));
  }
  std::string password = *wanted.password;
  passwords_.hash(std::move(password), from,
                  [wanted = std::move(wanted), responder = std::move(responder),
                   then = std::move(then)](Result<std::string> hash) mutable {
                    if (!hash) return responder.send(Response::error(hash.error()));
                    wanted.password = std::move(*hash);
                    then(std::move(wanted), std::move(responder));
                  });
}

void RoomApi::create(const Request& request, Responder responder) {
  identify(request, std::move(responder),
           [this, request](const std::optional<SignedIn>& who, Responder to) {
             create_as(who ? who->identity : std::string{}, request, std::move(to));
           });
}

void RoomApi::create_as(std::string owner, const Request& request, Responder responder) {
  if (is_closing_) {
    return responder.send(Response::error(
        {ErrorCode::kUnavailable, "no rooms are made here now; try again in a moment"}));
  }
  using Caller = http::IdempotentAnswers::Caller;
  auto caller = Caller::kVerified;
  if (owner.empty()) {
    const Result<void> may = may_make(request);
    if (!may && !config_.auth.anonymous_create) return refuse(may.error(), std::move(responder));
    if (!may) caller = Caller::kAnybody;
  }
  server_.once(
      request, caller, std::move(responder),
      [this, owner](const Request& wanted, Responder to) {
        create_once(owner, wanted, std::move(to));
      },
      owner);
}

void RoomApi::create_once(std::string owner, const Request& request, Responder responder) {
  if (!may_create(request.remote.address)) {
    ++rooms_refused_;
    Response response = Response::error(
        {ErrorCode::kRateLimited, "too many rooms in too short a time; wait a minute"});
    response.set_header("Retry-After", "5");
    return responder.send(std::move(response));
  }
  auto wanted = RoomWanted::read(request);
  if (!wanted) return responder.send(Response::error(wanted.error()));
  hash(std::move(*wanted), request.remote.address, std::move(responder),
       [this, owner = std::move(owner)](const RoomWanted& ready, Responder to) {
         store::RoomRecord room;
         room.owner = owner;
         ready.apply(room.settings);
         try_to_create(std::move(room), kCreateAttempts, std::move(to));
       });
}

void RoomApi::try_to_create(store::RoomRecord room, std::size_t attempts_left,
                            Responder responder) {
  room.id = RoomId::random(random_);
  room.code = make_room_code(random_);
  room.created_at_ms = wall_unix_ms();
  std::string key = room.owner.empty() ? make_host_key(random_) : "";
  room.host_key_hash = key.empty() ? "" : auth::fingerprint(key);
  store_.create_room(room, [this, room, key = std::move(key), attempts_left,
                            responder = std::move(responder)](const Result<void>& created) mutable {
    const bool is_taken = !created && created.error().code == ErrorCode::kConflict;
    if (is_taken && attempts_left > 1) {
      return try_to_create(std::move(room), attempts_left - 1, std::move(responder));
    }
    if (!created) return responder.send(Response::error(created.error()));
    log_.write(LogLevel::kInfo, "room_created", {{"room", room.id.to_string()}});
    boost::json::object body{{"roomId", room.code}, {"code", room.code}};
    if (!key.empty()) body["hostKey"] = key;
    body["createdAt"] = room.created_at_ms;
    body["settings"] = describe_settings(room);
    responder.send(json_response(201, body));
  });
}

void RoomApi::find(const Request& request, Responder responder, WithRoom then) {
  const Error unknown{ErrorCode::kNotFound, "there is no such room"};
  const IpAddress from = request.remote.address;
  if (!lookups_.has_some(from, monotonic_now())) {
    ++lookups_refused_;
    return responder.send(Response::error(
        {ErrorCode::kRateLimited, "too many rooms that are not there; wait a minute"}));
  }
  const auto code = call::normalize_room_code(request.params.at("code"));
  if (!code) {
    lookups_.take(from, monotonic_now());
    return responder.send(Response::error(unknown));
  }
  look_up(*code, [this, unknown, from, responder = std::move(responder),
                  then = std::move(then)](Result<std::optional<store::RoomRecord>> found) mutable {
    if (!found) return responder.send(Response::error(found.error()));
    if (!*found) {
      lookups_.take(from, monotonic_now());
      return responder.send(Response::error(unknown));
    }
    then(std::move(**found), std::move(responder));
  });
}

void RoomApi::look_up(const std::string& code, WithRecord then) {
  meetings_.when_kept(code, [this, code, then = std::move(then)](const Result<void>& kept) mutable {
    if (!kept) return then(std::unexpected(kept.error()));
    store_.find_room(code, std::move(then));
  });
}

void RoomApi::get(const Request& request, Responder responder) {
  find(request, std::move(responder), [this, request](store::RoomRecord found, Responder waiting) {
    judge(request, std::move(found), std::move(waiting),
          [this, request](const Result<void>& may, const store::RoomRecord& room, Responder to) {
            show(request, room, may.has_value(), std::move(to));
          });
  });
}

void RoomApi::show(const Request& request, const store::RoomRecord& room, bool is_own,
                   Responder responder) const {
  boost::json::object out{{"roomId", room.code},
                          {"code", room.code},
                          {"createdAt", room.created_at_ms},
                          {"participants", meetings_.participants_in(room.code)},
                          {"title", room.settings.title},
                          {"locked", room.settings.is_locked},
                          {"lobby", room.settings.has_lobby},
                          {"hasPassword", !room.settings.password_hash.empty()}};
  if (is_own) out["settings"] = describe_settings(room);
  Response response = json_response(200, out);
  const std::string etag = etag_of_room(to_settings(room.settings), response.body);
  if (http::matches_weakly(request.header("If-None-Match"), etag)) response = {.status = 304};
  response.set_header("Cache-Control", "private, no-cache");
  response.set_header("ETag", etag);
  responder.send(std::move(response));
}

void RoomApi::change(const Request& request, Responder responder) {
  auto wanted = RoomWanted::read(request);
  find_own(request, std::move(responder),
           [this, wanted = std::move(wanted), from = request.remote.address,
            if_match = std::string(request.header("If-Match"))](const store::RoomRecord& room,
                                                                Responder to) mutable {
             if (!wanted) return to.send(Response::error(wanted.error()));
             // Before the work of a hash; what counts is looked at after it.
             if (!is_as_expected(if_match, room)) return to.send(not_as_expected());
             hash(std::move(*wanted), from, std::move(to),
                  [this, code = room.code, if_match = std::move(if_match)](RoomWanted ready,
                                                                           Responder last) {
                    apply({code, std::move(ready), if_match}, std::move(last));
                  });
           });
}

bool RoomApi::is_as_expected(std::string_view if_match, const store::RoomRecord& room) const {
  // What a meeting has is in force, and on its way to the store.
  const call::RoomSettings* live = meetings_.settings_in(room.code);
  return settings_match(if_match, live != nullptr ? *live : to_settings(room.settings));
}

void RoomApi::apply(Change change, Responder responder) {
  const call::RoomSettings* live = meetings_.settings_in(change.code);
  if (live == nullptr) return save(std::move(change), kSaveAttempts, std::move(responder));
  if (!settings_match(change.if_match, *live)) return responder.send(not_as_expected());
  std::vector<call::Request> requests = change.wanted.to_requests();
  change_meeting(std::move(change), std::move(requests), std::move(responder));
}

void RoomApi::change_meeting(Change change, std::vector<call::Request> left, Responder responder) {
  call::Request next = std::move(left.back());
  left.pop_back();
  std::string code = change.code;
  meetings_.operate(std::move(code), std::move(next),
                    [this, change = std::move(change), left = std::move(left),
                     to = std::move(responder)](Result<call::ReplyBody> done) mutable {
                      // It may also have ended meanwhile; what it has done is done once more then.
                      if (!done && done.error().code == ErrorCode::kNotFound) {
                        return save(std::move(change), kSaveAttempts, std::move(to));
                      }
                      if (!done) return to.send(Response::error(done.error()));
                      if (!left.empty())
                        return change_meeting(std::move(change), std::move(left), std::move(to));
                      log_.write(LogLevel::kInfo, "room_changed", {{"room", change.code}});
                      const auto& now = std::get<call::SettingsChanged>(*done);
                      to.send(json_response(200, {{"settings", own::describe(now.settings)}}));
                    });
}

// Read again, since a hash takes its time; and saved only over what was read, since a meeting may
// begin meanwhile, and others change the room.
void RoomApi::save(Change change, std::size_t attempts_left, Responder responder) {
  const std::string code = change.code;
  look_up(code, [this, change = std::move(change), attempts_left, responder = std::move(responder)](
                    Result<std::optional<store::RoomRecord>> found) mutable {
    if (!found) return responder.send(Response::error(found.error()));
    if (!*found) {
      return responder.send(Response::error({ErrorCode::kNotFound, "there is no such room"}));
    }
    store::RoomRecord room = std::move(**found);
    if (!is_as_expected(change.if_match, room)) return responder.send(not_as_expected());
    const store::RoomSettingsRecord before = room.settings;
    change.wanted.apply(room.settings);
    store_.archive().change_settings(
        room.code, before, room.settings,
        [this, room, change = std::move(change), attempts_left,
         responder = std::move(responder)](const Result<bool>& saved) mutable {
          if (!saved) return responder.send(Response::error(saved.error()));
          if (!*saved && attempts_left > 1) {
            return save(std::move(change), attempts_left - 1, std::move(responder));
          }
          if (!*saved) {
            return responder.send(Response::error(
                {ErrorCode::kConflict, "others change this room just now; try again"}));
          }
          log_.write(LogLevel::kInfo, "room_changed", {{"room", room.id.to_string()}});
          meetings_.hear(call::RoomChanged{room.code, to_settings(room.settings)});
          responder.send(json_response(200, {{"settings", describe_settings(room)}}));
        });
  });
}

void RoomApi::remove(const Request& request, Responder responder) {
  find_own(request, std::move(responder),
           [this, if_match = std::string(request.header("If-Match"))](const store::RoomRecord& room,
                                                                      Responder to) {
             if (!is_as_expected(if_match, room)) return to.send(not_as_expected());
             auto answer = [this, room, is_any = if_match.empty(),
                            to = std::move(to)](const Result<bool>& deleted) mutable {
               if (!deleted) return to.send(Response::error(deleted.error()));
               if (!*deleted && !is_any) return to.send(not_as_expected());
               log_.write(LogLevel::kInfo, "room_deleted", {{"room", room.id.to_string()}});
               meetings_.hear(call::RoomDeleted{room.code});
               to.send(json_response(200, {}));
             };
             // What changes a meeting comes after this turn; what changes only the store may be on
             // its way there already.
             if (if_match.empty() || meetings_.settings_in(room.code) != nullptr) {
               return store_.delete_room(room.code, std::move(answer));
             }
             store_.archive().delete_room_as(room.code, room.settings, std::move(answer));
           });
}

// ---- meetings ----

WriteContext RoomApi::write_context() const {
  return {signer_, config_, ice_servers_, wall_unix_ms()};
}

void RoomApi::list_people(const Request& request, Responder responder) {
  find_own(request, std::move(responder), [this](const store::RoomRecord& room, Responder to) {
    meetings_.operate(room.code, call::ListPeople{},
                      [to = std::move(to)](const Result<call::ReplyBody>& people) mutable {
                        if (!people) return to.send(Response::error(people.error()));
                        to.send(json_response(200, own::describe(std::get<call::People>(*people))));
                      });
  });
}

void RoomApi::operate(const Operation& operation, const Request& request, Responder responder) {
  auto body = read_body(request);
  if (body && !operation.field.empty()) (*body)[operation.field] = request.params.at("id");
  find_own(request, std::move(responder),
           [this, &operation, body = std::move(body)](const store::RoomRecord& room, Responder to) {
             if (!body) return to.send(Response::error(body.error()));
             const boost::json::value value(*body);
             json::ReadStatus status;
             const json::Reader in(value, status);
             call::Request wanted = operation.codec->read(in, {signer_, wall_unix_ms(), {}, false});
             if (!status.ok()) return to.send(Response::error(status.error()));
             meetings_.operate(
                 room.code, std::move(wanted),
                 [this, &operation, to = std::move(to)](Result<call::ReplyBody> done) mutable {
                   if (!done) return to.send(Response::error(done.error()));
                   // As an acknowledgement has it: an array with the one object.
                   const std::string args = operation.codec->write(*done, write_context()).ack_args;
                   Response response = Response::json(200, args.substr(1, args.size() - 2));
                   response.headers.emplace_back("Cache-Control", "no-store");
                   to.send(std::move(response));
                 });
           });
}

void RoomApi::expose(metrics::Exposition& out) const {
  out.counter("rest_rooms_refused", "Rooms not made: too many in too short a time.", {},
              rooms_refused_);
  out.counter("rest_lookups_refused",
              "Look-ups not done: their address had asked for too many rooms that are not.", {},
              lookups_refused_);
  out.counter("rest_requests_unauthenticated",
              "Requests about a room that did not show that it is theirs.", {},
              requests_unauthenticated_);
  out.counter("rest_requests_forbidden",
              "Requests about rooms by keys and tokens that are good for something else.", {},
              requests_forbidden_);
  out.counter("rest_host_keys_refused",
              "Host keys not looked at: too many wrong ones from their address.", {},
              keys_refused_);
}

}  // namespace confab::signaling
