#include "service/gateway/proxy.h"

#include <optional>
#include <utility>

#include "platform/clock/clock.h"
#include "web/engineio/session.h"

namespace confab::gateway {
namespace {

http::Response unknown_sid() {
  http::Response response =
      http::Response::json(400, engineio::request_error_body(engineio::RequestError::kUnknownSid));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Response away(const char* why) {
  http::Response response = http::Response::error({ErrorCode::kUnavailable, why});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

http::Response bad_gateway(unsigned status) {
  return http::Response::error({status == 504 ? ErrorCode::kTimeout : ErrorCode::kUnavailable,
                                "a part of the server did not answer; try again"},
                               status);
}

bool is_repeatable(http::Method method) {
  return method == http::Method::kGet || method == http::Method::kHead;
}

// A share of what all bodies together may hold.
class BodyShare {
 public:
  BodyShare(std::shared_ptr<std::size_t> all, std::size_t bytes)
      : all_(std::move(all)), bytes_(bytes) {
    *all_ += bytes_;
  }
  ~BodyShare() { *all_ -= bytes_; }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;

 private:
  const std::shared_ptr<std::size_t> all_;  // requests in flight outlive the proxy
  const std::size_t bytes_;
};

}  // namespace

// One request on its way through nodes. Shared by the callbacks that may come next.
struct Proxy::Attempt {
  Attempt(http::Request r, http::Responder answerer, http::RequestStamp s,
          std::shared_ptr<std::size_t> bodies)
      : request(std::move(r)),
        responder(std::move(answerer)),
        stamp(std::move(s)),
        share(std::move(bodies), 2 * request.body.size()) {}  // and what is on its way to the node

  http::Request request;
  http::Responder responder;
  const http::RequestStamp stamp;
  const BodyShare share;
  Finish finish;  // set: an upgrade
  Duration answer_timeout{};
  std::optional<Endpoint> pinned;
  std::vector<Endpoint> tried;
  std::shared_ptr<http::UpstreamCall> call;  // shared with its coroutine
};

Proxy::Proxy(const Options& options, http::EventLoop& loop, Upstreams& upstreams, Random& random,
             Counts& counts)
    : options_(options),
      upstreams_(upstreams),
      random_(random),
      counts_(counts),
      upstream_(loop, {.connect_timeout = options.connect_timeout,
                       .idle_timeout = options.idle_timeout}) {}

void Proxy::pass_on(http::Request request, http::Responder responder) {
  http::RequestStamp stamp = http::stamp_request(request, random_);
  auto attempt = std::make_shared<Attempt>(std::move(request), std::move(responder),
                                           std::move(stamp), bodies_bytes_);
  attempt->answer_timeout = options_.answer_timeout;
  begin(std::move(attempt));
}

void Proxy::pass_on_by_sid(http::Request request, http::Responder responder) {
  upgrade_by_sid(std::move(request), std::move(responder), nullptr);
}

void Proxy::upgrade_by_sid(http::Request request, http::Responder responder, Finish finish) {
  http::RequestStamp stamp = http::stamp_request(request, random_);
  auto attempt = std::make_shared<Attempt>(std::move(request), std::move(responder),
                                           std::move(stamp), bodies_bytes_);
  // An upgrade is answered at once, a poll when there is something to say.
  attempt->answer_timeout = finish ? options_.answer_timeout : options_.idle_timeout;
  attempt->finish = std::move(finish);
  begin_by_sid(std::move(attempt));
}

void Proxy::begin_by_sid(std::shared_ptr<Attempt> attempt) {
  const auto sid = attempt->request.query_value("sid");
  if (sid && !sid->empty()) {
    attempt->pinned = upstreams_.table()->of_sid(*sid);
    if (!attempt->pinned) {
      ++counts_.unknown_sid;
      return attempt->responder.send(unknown_sid());
    }
  }
  begin(std::move(attempt));
}

void Proxy::begin(std::shared_ptr<Attempt> attempt) {
  ++counts_.requests;
  const http::Method method = attempt->request.method;
  if (method == http::Method::kOther || method == http::Method::kOptions) {
    ++counts_.bad_method;
    http::Response response =
        http::Response::error({ErrorCode::kInvalidArgument, "this method is not for here"}, 405);
    response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
    return attempt->responder.send(std::move(response));
  }
  if (*bodies_bytes_ > options_.bodies_bytes_max) {
    ++counts_.bodies_full;
    return attempt->responder.send(away("too much is waiting for an answer; try again"));
  }
  // Weak: the responder, which keeps it, is part of the attempt.
  attempt->responder.on_abandoned([this, weak = std::weak_ptr(attempt)] {
    const auto self = weak.lock();
    if (!self) return;
    ++counts_.abandoned;
    if (auto call = std::exchange(self->call, nullptr)) call->abandon();
  });
  try_next(attempt);
}

void Proxy::try_next(const std::shared_ptr<Attempt>& attempt) {
  if (attempt->pinned) return ask(attempt, *attempt->pinned);
  const auto to = attempt->tried.size() < options_.attempts_max
                      ? upstreams_.table()->pick(monotonic_now(), attempt->tried)
                      : std::nullopt;
  if (!to) {
    ++counts_.no_node;
    return attempt->responder.send(away("no part of the server takes requests; try again"));
  }
  if (!attempt->tried.empty()) ++counts_.retries;
  attempt->tried.push_back(*to);
  ask(attempt, *to);
}

void Proxy::ask(const std::shared_ptr<Attempt>& attempt, const Endpoint& to) {
  const bool is_upgrade = attempt->finish != nullptr;
  auto at = std::make_shared<OpenAt>(upstreams_.table(), to);  // shared with a tunnel
  http::UpstreamRequest request{
      .to = to,
      .head = http::proxied_head(attempt->request, attempt->stamp, is_upgrade),
      .body = attempt->request.body,
      .is_head = attempt->request.method == http::Method::kHead,
      .is_upgrade = is_upgrade,
      .is_repeatable = is_repeatable(attempt->request.method),
      .answer_timeout = attempt->answer_timeout};
  attempt->call = upstream_.call(
      std::move(request),
      [this, attempt, at = std::move(at),
       to](std::expected<http::UpstreamAnswer, http::UpstreamFailure> answer) mutable {
        attempt->call = nullptr;
        if (!answer) return handle_failure(attempt, to, answer.error());
        upstreams_.table()->answered(to);
        if (attempt->finish) {
          return attempt->finish(*std::move(answer), std::move(at), std::move(attempt->responder),
                                 attempt->stamp);
        }
        answer->response.headers = http::proxied_answer(answer->response.headers, attempt->stamp);
        attempt->responder.send(std::move(answer->response));
      });
}

void Proxy::handle_failure(const std::shared_ptr<Attempt>& attempt, const Endpoint& at,
                           http::UpstreamFailure failure) {
  using Failure = http::UpstreamFailure;
  const bool is_gone = failure == Failure::kUnreachable || failure == Failure::kNoAnswer;
  if (is_gone) upstreams_.table()->failed(monotonic_now(), at);
  switch (failure) {
    case Failure::kUnreachable:
      ++counts_.unreachable;
      break;
    case Failure::kNoAnswer:
      ++counts_.no_answer;
      break;
    case Failure::kTimeout:
      ++counts_.timeout;
      return attempt->responder.send(bad_gateway(504));
    case Failure::kBroken:
      ++counts_.broken_answer;
      return attempt->responder.send(bad_gateway(502));
  }
  // The session went with its node; the client begins a new one when it is told.
  if (attempt->pinned) {
    ++counts_.unknown_sid;
    return attempt->responder.send(unknown_sid());
  }
  // Of what was not sent a second attempt is the first.
  const bool may_repeat =
      failure == Failure::kUnreachable || is_repeatable(attempt->request.method);
  if (may_repeat) return try_next(attempt);
  attempt->responder.send(bad_gateway(502));
}

}  // namespace confab::gateway
