#include "service/webhooks/webhooks_api.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http/paging.h"
#include "platform/json/json.h"
#include "service/access/answers.h"
#include "service/webhooks/delivery.h"

namespace confab::webhooks {
namespace {

using access::answer;
using access::refusal;
using http::Method;
using http::Request;
using http::Responder;

constexpr std::size_t kBodyBytesMax = 16 * 1024;
constexpr std::size_t kEventBytesMax = 64;
constexpr std::size_t kIdLength = 12;
constexpr char kDeliveryList = 'd';

struct Wanted {
  std::string url;
  std::string events;
};

Result<Wanted> read_wanted(std::string_view body, bool allow_private) {
  const auto value = json::parse(body, kBodyBytesMax);
  if (!value) return std::unexpected(value.error());
  json::ReadStatus status;
  const json::Reader in(*value, status);
  Wanted out{std::string(in["url"].string(kUrlBytesMax)), ""};
  if (in["events"].present()) {
    in["events"].elements(kEvents, [&](const json::Reader& each) {
      const std::string_view name = each.string(kEventBytesMax);
      if (each.ok() && !is_event_name(name)) each.fail("not an event that there is");
      out.events += (out.events.empty() ? "" : ",") + std::string(name);
    });
  }
  if (!status.ok()) return std::unexpected(status.error());
  if (out.events.empty()) out.events = "*";
  if (auto target = parse_target(out.url, allow_private); !target) {
    return std::unexpected(target.error());
  }
  return out;
}

boost::json::array events_of(std::string_view events) {
  boost::json::array out;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const std::string_view name = event_name(static_cast<Event>(i));
    const std::string all = "," + std::string(events) + ",";
    if (events == "*" || all.contains("," + std::string(name) + ",")) out.emplace_back(name);
  }
  return out;
}

boost::json::object describe(const store::WebhookRecord& webhook) {
  return {{"id", webhook.id},
          {"url", webhook.url},
          {"events", events_of(webhook.events)},
          {"createdAt", webhook.created_at_ms}};
}

boost::json::object describe(const store::DeliveryRecord& delivery) {
  constexpr std::array<std::string_view, 3> kStates = {"waiting", "delivered", "failed"};
  boost::json::object out{{"id", delivery.id},
                          {"event", delivery.event},
                          {"createdAt", delivery.created_at_ms},
                          {"state", kStates[static_cast<std::size_t>(delivery.state)]},
                          {"attempts", delivery.attempts},
                          {"error", delivery.error}};
  out["status"] = delivery.status == 0 ? boost::json::value() : delivery.status;
  const bool is_waiting = delivery.state == store::DeliveryState::kWaiting;
  out["nextAt"] = is_waiting ? boost::json::value(delivery.next_at_ms) : boost::json::value();
  return out;
}

}  // namespace

WebhooksApi::WebhooksApi(access::Access& access, Webhooks& webhooks, http::HttpServer& server,
                         Random& random)
    : access_(access), webhooks_(webhooks), random_(random) {
  route(server, Method::kPost, "/api/webhooks", &WebhooksApi::add);
  route(server, Method::kGet, "/api/webhooks", &WebhooksApi::list);
  route(server, Method::kDelete, "/api/webhooks/:id", &WebhooksApi::remove);
  route(server, Method::kGet, "/api/webhooks/:id/deliveries", &WebhooksApi::list_deliveries);
  route(server, Method::kPost, "/api/webhooks/:id/deliveries/:delivery/redeliver",
        &WebhooksApi::redeliver);
}

void WebhooksApi::route(http::HttpServer& server, Method method, std::string_view pattern,
                        Act act) {
  server.route(method, pattern, [this, &server, act](const Request& request, Responder responder) {
    const auto caller = access_.caller(request, auth::Scope::kWebhooks);
    if (!caller) return responder.send(refusal(caller.error()));
    if (request.method != Method::kPost) {
      return (this->*act)(*caller, request, std::move(responder));
    }
    server.once(request, http::IdempotentAnswers::Caller::kVerified, std::move(responder),
                [this, act, who = *caller](const Request& wanted, Responder to) {
                  (this->*act)(who, wanted, std::move(to));
                });
  });
}

void WebhooksApi::add(const access::Caller& caller, const Request& request, Responder responder) {
  auto wanted = read_wanted(request.body, webhooks_.allows_private());
  if (!wanted) return responder.send(refusal(wanted.error()));
  const std::string id = "WH" + random_.alphanumeric(kIdLength);
  const std::string secret = make_secret(random_);
  store::WebhookRecord record{id, std::move(wanted->url), std::move(wanted->events),
                              access_.sealer().seal(secret, "webhook:" + id, random_),
                              wall_unix_ms()};
  // Counted by the store's own list: another node may have added some.
  access_.store().webhooks([this, caller, record = std::move(record), secret,
                            responder = std::move(responder)](
                               const Result<std::vector<store::WebhookRecord>>& all) mutable {
    if (!all) return responder.send(refusal(all.error()));
    if (all->size() >= store::kWebhooksMax) {
      return responder.send(refusal({ErrorCode::kFull, "there are 100 webhooks already"}));
    }
    boost::json::object body = describe(record);
    body["secret"] = secret;
    const std::string target = "webhook:" + record.id;
    access_.store().add_webhook(
        std::move(record), [this, caller, target, body = std::move(body),
                            responder = std::move(responder)](const Result<void>& added) mutable {
          if (!added) return responder.send(refusal(added.error()));
          access_.note(caller.name, caller.from, "webhook.create", target);
          webhooks_.wake();
          responder.send(answer(201, body));
        });
  });
}

void WebhooksApi::list(const access::Caller&, const Request&, Responder responder) {
  access_.store().webhooks([responder = std::move(responder)](
                               const Result<std::vector<store::WebhookRecord>>& all) mutable {
    if (!all) return responder.send(refusal(all.error()));
    boost::json::array out;
    for (const store::WebhookRecord& each : *all) out.emplace_back(describe(each));
    responder.send(answer(200, boost::json::object{{"webhooks", std::move(out)}}));
  });
}

void WebhooksApi::remove(const access::Caller& caller, const Request& request,
                         Responder responder) {
  const std::string id = request.params.at("id");
  access_.store().remove_webhook(id, [this, caller, id, responder = std::move(responder)](
                                         const Result<bool>& removed) mutable {
    if (!removed) return responder.send(refusal(removed.error()));
    if (!*removed) {
      return responder.send(refusal({ErrorCode::kNotFound, "there is no such webhook"}));
    }
    access_.note(caller.name, caller.from, "webhook.delete", "webhook:" + id);
    webhooks_.wake();
    responder.send(answer(200, boost::json::object{}));
  });
}

void WebhooksApi::list_deliveries(const access::Caller&, const Request& request,
                                  Responder responder) {
  const auto page = http::page_of(request, kDeliveryList);
  const auto before = page ? page->number_or(0) : std::unexpected(page.error());
  if (!before) return responder.send(refusal(before.error()));
  access_.store().deliveries(request.params.at("id"), *before, page->count,
                             [count = page->count, responder = std::move(responder)](
                                 const Result<std::vector<store::DeliveryRecord>>& found) mutable {
                               if (!found) return responder.send(refusal(found.error()));
                               boost::json::array out;
                               for (const store::DeliveryRecord& each : *found)
                                 out.emplace_back(describe(each));
                               boost::json::object body{{"deliveries", std::move(out)}};
                               if (found->size() == count) {
                                 body["next"] = http::cursor_of(
                                     kDeliveryList, std::to_string(found->back().number));
                               }
                               responder.send(answer(200, body));
                             });
}

void WebhooksApi::redeliver(const access::Caller& caller, const Request& request,
                            Responder responder) {
  const std::string id = request.params.at("delivery");
  access_.store().repeat_delivery(
      request.params.at("id"), id, wall_unix_ms(),
      [this, caller, id, responder = std::move(responder)](const Result<bool>& repeated) mutable {
        if (!repeated) return responder.send(refusal(repeated.error()));
        if (!*repeated) {
          return responder.send(refusal({ErrorCode::kNotFound, "there is no such delivery"}));
        }
        access_.note(caller.name, caller.from, "webhook.redeliver", "delivery:" + id);
        webhooks_.wake();
        responder.send(answer(202, boost::json::object{}));
      });
}

}  // namespace confab::webhooks
