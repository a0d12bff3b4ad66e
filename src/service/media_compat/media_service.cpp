#include "service/media_compat/media_service.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "platform/clock/clock.h"
#include "platform/json/json.h"
#include "service/media_compat/answers.h"
#include "service/media_compat/messages.h"

namespace confab::media_compat {
namespace {

constexpr std::string_view kPathOfMethods = "/media.MediaService/";
// Calls that are open at once, those included that have not said what they want: twice what may
// wait for an answer.
constexpr std::size_t kCallsMax = 2048;
// For a call of gRPC to say what it wants: its message comes right behind its head.
constexpr Duration kSilenceMax = 10s;

rpc::Code code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kTooLarge:
      return rpc::Code::kInvalidArgument;
    case ErrorCode::kUnauthenticated:
      return rpc::Code::kUnauthenticated;
    case ErrorCode::kForbidden:
      return rpc::Code::kPermissionDenied;
    case ErrorCode::kNotFound:
      return rpc::Code::kNotFound;
    case ErrorCode::kConflict:
    case ErrorCode::kUnsupported:
      return rpc::Code::kFailedPrecondition;
    case ErrorCode::kRateLimited:
    case ErrorCode::kFull:
      return rpc::Code::kResourceExhausted;
    case ErrorCode::kUnavailable:
      return rpc::Code::kUnavailable;
    case ErrorCode::kTimeout:
      return rpc::Code::kDeadlineExceeded;
    case ErrorCode::kInternal:
      return rpc::Code::kInternal;
  }
  return rpc::Code::kInternal;
}

http::ServerOptions http_options(http::ServerOptions options) {
  options.body_bytes_max = kRequestBytesMax;
  return options;
}

// The body's members, and over them what stands in the path.
Result<boost::json::value> fields_of(const http::Request& request) {
  boost::json::value fields = boost::json::object();
  if (!request.body.empty()) {
    auto body = json::parse(request.body, kRequestBytesMax);
    if (!body) return std::unexpected(body.error());
    if (!body->is_object()) return fail(ErrorCode::kInvalidArgument, "expected an object");
    fields = std::move(*body);
  }
  for (const auto& [name, value] : request.params) fields.as_object()[name] = value;
  return fields;
}

}  // namespace

MediaService::MediaService(const Setup& setup, http::EventLoop& loop, control::MediaControl& media,
                           Random& random, LogSink& log)
    : loop_(loop),
      media_(media),
      desk_(setup.limits, random),
      timer_(loop),
      http_(loop, http_options(setup.http), log) {}

MediaService::~MediaService() = default;

Result<std::unique_ptr<MediaService>> MediaService::start(const Setup& setup, http::EventLoop& loop,
                                                          control::MediaControl& media,
                                                          Random& random, LogSink& log) {
  auto self = std::unique_ptr<MediaService>(new MediaService(setup, loop, media, random, log));
  if (const auto listening = self->listen(setup); !listening) {
    return std::unexpected(listening.error());
  }
  log.write(LogLevel::kInfo, "media_service",
            {{"grpc_port", self->grpc_port()}, {"http_port", self->http_port()}});
  return self;
}

Result<void> MediaService::listen(const Setup& setup) {
  rpc::Server::Options options;
  options.listen = setup.grpc_listen;
  options.message_bytes_max = kRequestBytesMax;
  // A caller in Node may stand still for seconds, and its calls are not tried again.
  options.keepalive_ms = 20'000;
  for (const Method& method : methods()) {
    options.methods.push_back(std::string(kPathOfMethods) + std::string(method.name));
    add_route(method);
  }
  http_.route(http::Method::kGet, "/health", [](const http::Request&, http::Responder responder) {
    responder.send(http::Response::json(200, R"({"status":"ok"})"));
  });
  auto grpc = rpc::Server::start(
      options, [&loop = loop_](rpc::Task task) { loop.post(std::move(task)); },
      [this](const std::string& path, std::unique_ptr<rpc::Stream> stream) {
        return accept(path, std::move(stream));
      });
  if (!grpc) return std::unexpected(grpc.error());
  grpc_ = std::move(*grpc);
  const auto http = http_.listen(setup.http_listen);
  if (!http) return std::unexpected(http.error());
  http_port_ = http->port;
  grpc_->set_serving(true);
  return {};
}

void MediaService::set_draining(bool is_draining) {
  grpc_->set_serving(!is_draining);
  desk_.set_draining(is_draining);
}

void MediaService::stop() {
  set_draining(true);
  http_.stop();
}

// ---- calls of gRPC ----

rpc::Stream::Handlers MediaService::accept(const std::string& path,
                                           std::unique_ptr<rpc::Stream> stream) {
  if (calls_.size() >= kCallsMax) {
    count(ErrorCode::kFull);
    stream->close({rpc::Code::kResourceExhausted, "too many calls at once"});
    return {};
  }
  const rooms::CallId id = ++last_call_;
  const Instant until = monotonic_now() + kSilenceMax;
  calls_.emplace(id, Call{find_method(path.substr(kPathOfMethods.size())), std::move(stream)});
  silent_.emplace_hint(silent_.end(), id, until);
  if (silent_.size() == 1) pump();
  return {.on_message = [this, id](const std::string& bytes) { hear(id, bytes); },
          .on_closed =
              [this, id](const rpc::End&) {
                silent_.erase(id);
                calls_.erase(id);
              }};
}

void MediaService::hear(rooms::CallId id, const std::string& bytes) {
  if (silent_.erase(id) == 0) {
    return refuse(id, {ErrorCode::kInvalidArgument, "one message for each call"});
  }
  ask(id, parse_message(*calls_.at(id).method, bytes));
}

void MediaService::give_up_silent(Instant now) {
  while (!silent_.empty() && silent_.begin()->second <= now) {
    const rooms::CallId id = silent_.begin()->first;
    silent_.erase(silent_.begin());
    refuse(id, {ErrorCode::kTimeout, "the call did not say what it wants"});
  }
}

// ---- their twins of HTTP ----

void MediaService::add_route(const Method& method) {
  http_.route(method.verb, method.route,
              [this, &method](const http::Request& request, http::Responder responder) {
                hear(method, request, std::move(responder));
              });
}

void MediaService::hear(const Method& method, const http::Request& request,
                        http::Responder responder) {
  if (calls_.size() >= kCallsMax) {
    count(ErrorCode::kFull);
    return answer(responder, fail(ErrorCode::kFull, "too many calls at once"));
  }
  const rooms::CallId id = ++last_call_;
  responder.on_abandoned([this, id] { calls_.erase(id); });
  calls_.emplace(id, Call{&method, std::move(responder)});
  ask(id, fields_of(request));
}

// ---- what is asked and answered ----

void MediaService::ask(rooms::CallId id, Result<boost::json::value> fields) {
  if (!fields) return refuse(id, fields.error());
  const auto request = read_request(*calls_.at(id).method, *fields);
  if (!request) return refuse(id, request.error());
  desk_.handle(monotonic_now(), id, *request);
  pump();
}

void MediaService::count(ErrorCode code) {
  ++refused_[static_cast<std::size_t>(code)];
}

void MediaService::refuse(rooms::CallId id, const Error& error) {
  count(error.code);
  const auto call = calls_.extract(id);
  if (!call.empty()) answer(call.mapped(), std::unexpected(error));
}

void MediaService::on_media_completion(control::MediaCompletion completion) {
  desk_.completed(monotonic_now(), std::move(completion));
  pump();
}

void MediaService::on_media_event(control::MediaEvent event) {
  desk_.happened(monotonic_now(), event);
  pump();
}

void MediaService::pump() {
  if (std::exchange(is_pumping_, true)) return;
  Desk::Output out;
  while (desk_.poll(out)) std::visit([this](auto& o) { perform(o); }, out);
  is_pumping_ = false;
  const Instant silent = silent_.empty() ? kNever : silent_.begin()->second;
  timer_.set(std::min(silent, desk_.next_timeout()), [this] {
    give_up_silent(monotonic_now());
    desk_.handle_timeout(monotonic_now());
    pump();
  });
}

void MediaService::perform(Desk::Execute& command) {
  media_.send(std::move(command));
}

void MediaService::perform(Desk::Reply& reply) {
  // Who has gone meanwhile is not told; what was made for it goes when nobody connects it.
  const auto call = calls_.extract(reply.call);
  if (!call.empty()) answer(call.mapped(), reply.answer);
}

void MediaService::answer(Call& call, const Result<rooms::Answer>& answer_or_error) {
  if (auto* stream = std::get_if<std::unique_ptr<rpc::Stream>>(&call.caller)) {
    return answer(*call.method, **stream, answer_or_error);
  }
  answer(std::get<http::Responder>(call.caller), answer_or_error);
}

void MediaService::answer(const Method& method, rpc::Stream& stream,
                          const Result<rooms::Answer>& answer) {
  if (!answer) return stream.close({code_of(answer.error().code), answer.error().message});
  if (stream.send(serialize_message(method, to_fields(*answer)))) return stream.close({});
  stream.close({rpc::Code::kResourceExhausted, "the answer is too large"});
}

void MediaService::answer(http::Responder& responder, const Result<rooms::Answer>& answer) {
  if (!answer) {
    const auto status = static_cast<unsigned>(error_http_status(answer.error().code));
    const boost::json::object body{{"error", answer.error().message}};
    return responder.send(http::Response::json(status, json::serialize(body)));
  }
  boost::json::object body = to_fields(*answer);
  if (body.empty()) body["success"] = true;
  responder.send(http::Response::json(200, json::serialize(body)));
}

// ---- counts ----

void MediaService::expose(metrics::Exposition& out) const {
  const Desk::Gauges gauges = desk_.gauges();
  const auto gauge = [&](std::string_view name, std::string_view help, std::size_t value) {
    out.gauge("media_service_" + std::string(name), help, {}, static_cast<double>(value));
  };
  gauge("rooms", "Rooms of callers of media.MediaService.", gauges.rooms);
  gauge("transports", "Transports in them.", gauges.transports);
  gauge("producers", "Producers in them.", gauges.producers);
  gauge("consumers", "Consumers in them.", gauges.consumers);
  gauge("calls", "Calls that are not answered yet.", calls_.size());
  const Desk::Counts& counts = desk_.counts();
  out.counter("media_service_calls", "Calls that said what they want.", {}, counts.calls);
  const auto refused = [&](std::string_view reason, std::uint64_t count) {
    out.counter("media_service_refused", "Calls that were refused, by reason.",
                {{"reason", reason}}, count);
  };
  for (std::size_t i = 0; i < refused_.size(); ++i) {
    refused(error_code_name(static_cast<ErrorCode>(i)), refused_[i] + counts.refused[i]);
  }
  refused("method", grpc_->refused());
  grpc_->expose(out);
  out.counter("media_service_transports_unconnected",
              "Transports closed, because nobody connected them.", {},
              counts.transports_unconnected);
  out.counter("media_service_rooms_idle", "Rooms closed, because nobody asked for them.", {},
              counts.rooms_idle);
}

}  // namespace confab::media_compat
