#include "service/cli/parts/nodes_api.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <utility>

#include "platform/json/json.h"
#include "service/access/answers.h"

namespace confab::cli {
namespace {

using boost::json::array;
using boost::json::object;
using http::Method;
using http::Request;
using http::Responder;

constexpr std::size_t kBodyBytesMax = 1024;
constexpr std::int64_t kDeadlineS = 600;
constexpr std::int64_t kDeadlineMaxS = 86'400;

object describe(const NodesApi::Node& node) {
  object out{
      {"id", node.number},          {"role", node.role},         {"region", node.region},
      {"self", node.is_self},       {"up", node.is_up},          {"draining", node.is_draining},
      {"leaving", node.is_leaving}, {"meetings", node.meetings}, {"drainable", node.can_drain}};
  if (!node.load) return out;
  object load{{"transports", node.load->transports}, {"meetings", node.load->meetings}};
  if (node.load->lag) load["lagMs"] = to_seconds(*node.load->lag) * 1000;
  out["load"] = std::move(load);
  return out;
}

// An empty body is the default.
Result<Duration> read_deadline(std::string_view body) {
  if (body.empty()) return std::chrono::seconds(kDeadlineS);
  const auto value = json::parse(body, kBodyBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader field = json::Reader(*value, status)["deadlineSeconds"];
  const std::int64_t seconds = field.present() ? field.integer(0, kDeadlineMaxS) : kDeadlineS;
  if (!status.ok()) return std::unexpected(status.error());
  return std::chrono::seconds(seconds);
}

}  // namespace

NodesApi::NodesApi(access::Access& access, Nodes& nodes, http::HttpServer& server)
    : access_(access), nodes_(nodes) {
  const auto route = [&](Method method, std::string_view pattern, Act act) {
    server.route(method, pattern, [this, act](const Request& request, Responder responder) {
      access_.admit(request, auth::Scope::kOps, std::move(responder),
                    [this, act, request](const access::Caller& caller, Responder admitted) {
                      (this->*act)(caller, request, std::move(admitted));
                    });
    });
  };
  route(Method::kGet, "/api/nodes", &NodesApi::list);
  route(Method::kPost, "/api/nodes/:id/drain", &NodesApi::drain);
  route(Method::kDelete, "/api/nodes/:id/drain", &NodesApi::undrain);
}

void NodesApi::list(const access::Caller&, const Request&, Responder responder) {
  array list;
  for (const Node& each : nodes_.nodes()) list.emplace_back(describe(each));
  responder.send(access::answer(200, object{{"nodes", std::move(list)}}));
}

void NodesApi::drain(const access::Caller& caller, const Request& request, Responder responder) {
  const auto deadline = read_deadline(request.body);
  if (!deadline) return responder.send(access::refusal(deadline.error()));
  change(caller, request, *deadline, std::move(responder));
}

void NodesApi::undrain(const access::Caller& caller, const Request& request, Responder responder) {
  change(caller, request, std::nullopt, std::move(responder));
}

void NodesApi::change(const access::Caller& caller, const Request& request,
                      std::optional<Duration> deadline, Responder responder) {
  const auto known = nodes_.nodes();
  const auto node = std::ranges::find_if(known, [&](const Node& each) {
    return std::to_string(each.number) == request.params.at("id");
  });
  if (node == known.end()) {
    return responder.send(access::refusal({ErrorCode::kNotFound, "there is no such node"}));
  }
  if (!node->can_drain) {
    return responder.send(access::refusal(
        {ErrorCode::kConflict, "this node is drained by ending its process with SIGTERM"}));
  }
  const auto takes_over = [&](const Node& each) {
    return each.number != node->number && each.role == node->role && each.is_up &&
           !each.is_draining && !each.is_leaving;
  };
  // Its meetings would end with it. A process by itself only makes no more of them.
  if (deadline && !node->is_self && std::ranges::none_of(known, takes_over)) {
    return responder.send(access::refusal(
        {ErrorCode::kConflict, "no other node would take its meetings: start one first"}));
  }
  const std::string_view action = deadline ? "node.drain" : "node.undrain";
  nodes_.drain(node->number, deadline,
               [this, alive = std::weak_ptr(alive_), caller, action,
                target = "node:" + std::to_string(node->number),
                responder = std::move(responder)](const Result<DrainState>& state) mutable {
                 // The process ends while a node is asked.
                 if (alive.expired()) return;
                 const std::string_view outcome =
                     state ? "ok" : error_code_name(state.error().code);
                 access_.note(caller.name, caller.from, action, target, outcome);
                 if (!state) return responder.send(access::refusal(state.error()));
                 responder.send(access::answer(
                     200, object{{"draining", state->is_draining}, {"meetings", state->meetings}}));
               });
}

}  // namespace confab::cli
