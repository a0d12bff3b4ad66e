#include "service/signaling/page_api.h"

#include <boost/json.hpp>
#include <utility>

#include "call/text.h"
#include "platform/clock/clock.h"
#include "platform/json/json.h"

namespace confab::signaling {
namespace {

// A class behind one address closes its tabs at the bell.
constexpr call::Rate kPageRate{600, 20};
constexpr std::size_t kSpeakersRemembered = 10'000;
constexpr std::size_t kBodyBytesMax = 4096;
constexpr std::size_t kTokenBytesMax = 1024;
constexpr std::size_t kSocketBytesMax = 64;
constexpr std::size_t kAttemptBytesMax = 64;

}  // namespace

PageApi::PageApi(http::HttpServer& server, const auth::TokenSigner& signer, Listener listener)
    : signer_(signer), listener_(std::move(listener)) {
  const auto route = [&](std::string_view pattern, News news) {
    server.route(http::Method::kPost, pattern,
                 [this, news](const http::Request& request, http::Responder responder) {
                   handle(news, request, std::move(responder));
                 });
  };
  route("/api/rooms/:code/leave", News::kClosing);
  route("/api/rooms/:code/return", News::kReturning);
}

bool PageApi::may_speak(const IpAddress& address) {
  const Instant now = monotonic_now();
  // Forgetting all at once is kinder than refusing newcomers; each gets its burst again.
  if (speakers_.size() >= kSpeakersRemembered) speakers_.clear();
  return speakers_.try_emplace(address, kPageRate, now).first->second.take(now);
}

void PageApi::handle(News news, const http::Request& request, http::Responder responder) {
  if (!may_speak(request.remote.address)) {
    ++counts_.rate_limited;
    responder.send(http::Response::error({ErrorCode::kRateLimited, "too many at a time"}));
    return;
  }
  const Result<void> heard = hear(news, request);
  ++(heard ? counts_.heard : counts_.refused);
  responder.send(heard ? http::Response::json(200, "{}") : http::Response::error(heard.error()));
}

Result<void> PageApi::hear(News news, const http::Request& request) {
  // By its shape, not by its type: a beacon cannot name one without a preflight.
  const auto body = json::parse(request.body, kBodyBytesMax);
  if (!body) return std::unexpected(body.error());
  json::ReadStatus status;
  const json::Reader in(*body, status);
  const std::string_view socket_text = in["socketId"].string(kSocketBytesMax);
  const bool is_joining = news == News::kClosing && in["attempt"].present();
  const std::string_view proof = is_joining ? in["attempt"].string(kAttemptBytesMax)
                                            : in["resumeToken"].string(kTokenBytesMax);
  if (!status.ok()) return std::unexpected(status.error());
  const auto socket = socketio::SocketId::parse(socket_text);
  if (!socket) return fail(ErrorCode::kInvalidArgument, "socketId: not the id of a socket");
  if (is_joining) {
    listener_(news, {*socket, {}, std::string(proof)});
    return {};
  }
  const auto claims = signer_.verify(proof, wall_unix_ms());
  const auto code = call::normalize_room_code(request.params.at("code"));
  if (!claims || !code || claims->room != *code) {
    return fail(ErrorCode::kUnauthenticated, "this token is not good for this room");
  }
  listener_(news, {*socket, claims->participant, {}});
  return {};
}

}  // namespace confab::signaling
