#include "service/rest/rest_api.h"

#include <boost/json.hpp>
#include <utility>

#include "base/check.h"
#include "call/text.h"
#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "platform/version/version.h"
#include "rtc/ortc/router_capabilities.h"
#include "service/ortc_json/write.h"
#include "service/protocol/protocol.h"

namespace confab::rest {
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
// 26^10 codes: two equal ones in a row happen to nobody.
constexpr std::size_t kCreateAttempts = 3;

Response json_response(unsigned status, boost::json::object body) {
  Response response = Response::json(status, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

std::string make_room_code(Random& random) {
  std::string letters;
  while (letters.size() < 10) letters += static_cast<char>('a' + random.between(0, 25));
  return *call::normalize_room_code(letters);
}

}  // namespace

RestApi::RestApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
                 store::Store& store, const auth::TokenSigner& signer, Random& random, LogSink& log,
                 CountParticipants count_participants)
    : config_(config),
      store_(store),
      signer_(signer),
      random_(random),
      log_(log),
      count_participants_(std::move(count_participants)),
      creators_(kCreateRate),
      lookups_(kLookupRate),
      many_makers_(kCreateRateOfAll, monotonic_now()),
      few_makers_(kCreateRateOfAll, monotonic_now()),
      readiness_(loop, store) {
  auto capabilities = ortc::router_capabilities(ortc::default_router_codecs());
  CHECK(capabilities.has_value());
  capabilities_ = std::move(*capabilities);
  server.route(Method::kPost, "/api/rooms", [this](const Request& request, Responder responder) {
    create_room(request, std::move(responder));
  });
  server.route(Method::kGet, "/api/rooms/:code",
               [this](const Request& request, Responder responder) {
                 get_room(request, std::move(responder));
               });
  server.route(Method::kGet, "/api/config",
               [this](const Request&, Responder responder) { get_config(std::move(responder)); });
  // Programs ask here: what is not there is said in JSON, not in the web app's page.
  server.route_any("/api/*", [](const Request&, Responder responder) {
    responder.send(Response::error({ErrorCode::kNotFound, "there is no such resource"}));
  });
  server.route(Method::kGet, "/livez", [](const Request&, Responder responder) {
    responder.send(json_response(200, {{"status", "ok"}}));
  });
  server.route(Method::kGet, "/readyz",
               [this](const Request&, Responder responder) { get_ready(std::move(responder)); });
}

bool RestApi::may_create(const IpAddress& address) {
  const Instant now = monotonic_now();
  const bool is_many = creators_.taken(address, now) > kFewRooms;
  return creators_.take(address, now) && (is_many ? many_makers_ : few_makers_).take(now);
}

void RestApi::create_room(const Request& request, Responder responder) {
  if (is_closing_) {
    responder.send(Response::error(
        {ErrorCode::kUnavailable, "the server is about to stop; try again in a moment"}));
    return;
  }
  if (!may_create(request.remote.address)) {
    ++rooms_refused_;
    responder.send(Response::error(
        {ErrorCode::kRateLimited, "too many rooms in too short a time; wait a minute"}));
    return;
  }
  try_to_create_room(kCreateAttempts, std::move(responder));
}

void RestApi::try_to_create_room(std::size_t attempts_left, Responder responder) {
  const store::RoomRecord room{RoomId::random(random_), make_room_code(random_), wall_unix_ms()};
  store_.create_room(room, [this, room, attempts_left,
                            responder = std::move(responder)](const Result<void>& created) mutable {
    const bool is_taken = !created && created.error().code == ErrorCode::kConflict;
    if (is_taken && attempts_left > 1) {
      return try_to_create_room(attempts_left - 1, std::move(responder));
    }
    if (!created) return responder.send(Response::error(created.error()));
    log_.write(LogLevel::kInfo, "room_created", {{"room", room.id.to_string()}});
    responder.send(json_response(201, {{"roomId", room.code},
                                       {"code", room.code},
                                       {"hostKey", signer_.host_key(room.code)},
                                       {"createdAt", room.created_at_ms}}));
  });
}

void RestApi::get_room(const Request& request, Responder responder) {
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
  store_.find_room(*code, [this, unknown, from, responder = std::move(responder)](
                              const Result<std::optional<store::RoomRecord>>& found) mutable {
    if (!found) return responder.send(Response::error(found.error()));
    if (!*found) {
      lookups_.take(from, monotonic_now());
      return responder.send(Response::error(unknown));
    }
    count_participants_((*found)->code, [room = **found, responder = std::move(responder)](
                                            const Result<std::size_t>& count) mutable {
      if (!count) return responder.send(Response::error(count.error()));
      responder.send(json_response(200, {{"roomId", room.code},
                                         {"code", room.code},
                                         {"createdAt", room.created_at_ms},
                                         {"participants", *count}}));
    });
  });
}

void RestApi::get_config(Responder responder) const {
  responder.send(
      json_response(200, {{"protocol", protocol::kVersion},
                          {"build", build_id()},
                          {"compatibility", config_.call.compatibility},
                          {"limits", protocol::describe_limits(config_.call)},
                          {"routerRtpCapabilities", ortc_json::to_json(capabilities_)}}));
}

void RestApi::ask_ready(ReadyAnswer answer) {
  if (is_closing_) return answer("stopping");
  readiness_.ask([answer = std::move(answer)](bool is_ready) mutable {
    answer(is_ready ? "ok" : "store_unavailable");
  });
}

void RestApi::get_ready(Responder responder) {
  ask_ready([responder = std::move(responder)](std::string_view status) mutable {
    responder.send(json_response(status == "ok" ? 200 : 503, {{"status", status}}));
  });
}

void RestApi::expose(metrics::Exposition& out) const {
  out.counter("rest_rooms_refused", "Rooms not made: too many in too short a time.", {},
              rooms_refused_);
  out.counter("rest_lookups_refused",
              "Look-ups not done: their address had asked for too many rooms that are not.", {},
              lookups_refused_);
}

}  // namespace confab::rest
