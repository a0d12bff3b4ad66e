#include "service/rest/rest_api.h"

#include <boost/json.hpp>
#include <utility>

#include "base/check.h"
#include "platform/http/etag.h"
#include "platform/json/json.h"
#include "platform/version/version.h"
#include "rtc/ortc/router_capabilities.h"
#include "service/ortc_json/write.h"
#include "service/protocol/protocol.h"
#include "service/rest/openapi.h"

namespace confab::rest {
namespace {

using http::Method;
using http::Request;
using http::Responder;
using http::Response;

Response json_response(unsigned status, boost::json::object body) {
  Response response = Response::json(status, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// How people may come in, for the page that offers it.
boost::json::object describe_accounts(const AuthConfig& auth) {
  const bool is_on = auth.accounts != AccountsMode::kOff;
  boost::json::object out{{"signIn", is_on},
                          {"signUp", auth.accounts == AccountsMode::kOpen},
                          {"guestsCreate", auth.anonymous_create},
                          {"guestsJoin", auth.anonymous_join}};
  if (!auth.oidc_issuer.empty()) out["provider"] = auth.oidc_name;
  return out;
}

}  // namespace

RestApi::RestApi(const Config& config, http::EventLoop& loop, http::HttpServer& server,
                 store::Store& store)
    : config_(config), readiness_(loop, store) {
  auto capabilities = ortc::router_capabilities(ortc::default_router_codecs());
  CHECK(capabilities.has_value());
  capabilities_ = std::move(*capabilities);
  server.route(Method::kGet, "/api/config",
               [this](const Request&, Responder responder) { get_config(std::move(responder)); });
  server.route(Method::kGet, "/api/openapi.json",
               [etag = http::etag_of(openapi())](const Request& request, Responder responder) {
                 const bool is_known = http::matches_weakly(request.header("If-None-Match"), etag);
                 Response response = is_known ? Response{.status = 304}
                                              : Response::json(200, std::string(openapi()));
                 response.headers.emplace_back("Cache-Control", "no-cache");
                 response.headers.emplace_back("ETag", etag);
                 responder.send(std::move(response));
               });
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

void RestApi::get_config(Responder responder) const {
  responder.send(
      json_response(200, {{"protocol", protocol::kVersion},
                          {"build", build_id()},
                          {"compatibility", config_.call.compatibility},
                          {"accounts", describe_accounts(config_.auth)},
                          {"limits", protocol::describe_limits(config_.call)},
                          {"routerRtpCapabilities", ortc_json::to_json(capabilities_)}}));
}

void RestApi::ask_ready(ReadyAnswer answer) {
  if (is_closing_) return answer("stopping");
  if (is_draining_) return answer("draining");
  readiness_.ask([answer = std::move(answer)](bool is_ready) mutable {
    answer(is_ready ? "ok" : "store_unavailable");
  });
}

void RestApi::get_ready(Responder responder) {
  ask_ready([responder = std::move(responder)](std::string_view status) mutable {
    responder.send(json_response(status == "ok" ? 200 : 503, {{"status", status}}));
  });
}

}  // namespace confab::rest
