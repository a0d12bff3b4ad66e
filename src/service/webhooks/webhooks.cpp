#include "service/webhooks/webhooks.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "platform/clock/clock.h"
#include "platform/http_client/http_client.h"
#include "platform/json/json.h"
#include "service/webhooks/delivery.h"

namespace confab::webhooks {
namespace {

constexpr Duration kReloadEvery = 5s;
constexpr Duration kPumpEvery = 1s;
constexpr Duration kAnswerTimeout = 10s;
// Of all webhooks together; of one no more than store::kTakenOfOneWebhook.
constexpr std::size_t kUnderWayMax = 10;
// Nobody else tries it before; longer than an attempt with its look-up takes.
constexpr std::int64_t kLeaseMs = 60'000;
constexpr std::size_t kErrorBytesMax = 200;
constexpr std::size_t kIdLength = 22;

constexpr std::array<std::string_view, kEvents> kNames = {
    "room_started",     "room_finished",      "participant_joined",
    "participant_left", "producer_published", "producer_unpublished"};

bool wants(std::string_view events, std::string_view name) {
  if (events == "*") return true;
  while (!events.empty()) {
    const std::size_t comma = std::min(events.find(','), events.size());
    if (events.substr(0, comma) == name) return true;
    events.remove_prefix(std::min(comma + 1, events.size()));
  }
  return false;
}

void put(boost::json::object& out, std::string_view key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}

std::string body_of(const Happening& happening, const std::string& id, std::int64_t now_ms) {
  boost::json::object out{{"id", id},
                          {"event", event_name(happening.event)},
                          {"createdAt", now_ms},
                          {"room", happening.room},
                          {"meetingId", happening.meeting}};
  if (!happening.participant.empty()) {
    boost::json::object who{{"id", happening.participant}, {"name", happening.name}};
    put(who, "role", happening.role);
    out["participant"] = std::move(who);
  }
  put(out, "reason", happening.reason);
  if (!happening.producer.empty()) {
    out["producer"] = {{"id", happening.producer}, {"source", happening.source}};
  }
  return json::serialize(out);
}

}  // namespace

std::string_view event_name(Event event) {
  return kNames[static_cast<std::size_t>(event)];
}

bool is_event_name(std::string_view name) {
  return std::ranges::find(kNames, name) != kNames.end();
}

Webhooks::Webhooks(http::EventLoop& loop, store::AccessStore& store, const auth::Sealer& sealer,
                   bool allow_private, Random& random, LogSink& log)
    : loop_(loop),
      store_(store),
      sealer_(sealer),
      allow_private_(allow_private),
      random_(random),
      log_(log),
      reload_(loop),
      pump_(loop) {
  reload();
  pump();
}

void Webhooks::wake() {
  reload();
  pump();
}

void Webhooks::reload() {
  reload_.set(monotonic_now() + kReloadEvery, [this] { reload(); });
  store_.webhooks([this](const Result<std::vector<store::WebhookRecord>>& records) {
    if (records) take_list(*records);
  });
}

void Webhooks::take_list(const std::vector<store::WebhookRecord>& records) {
  list_.clear();
  for (const store::WebhookRecord& record : records) {
    auto secret = sealer_.open(record.sealed_secret, "webhook:" + record.id);
    auto target = parse_target(record.url, allow_private_);
    if (!secret || !target) continue;
    list_.push_back({record.id, record.events, std::move(*secret), std::move(*target)});
  }
}

void Webhooks::tell(const Happening& happening) {
  const std::string_view name = event_name(happening.event);
  const std::int64_t now_ms = wall_unix_ms();
  for (const Webhook& webhook : list_) {
    if (!wants(webhook.events, name)) continue;
    ++told_;
    std::string id = "msg_" + random_.alphanumeric(kIdLength);
    std::string body = body_of(happening, id, now_ms);
    store_.add_delivery({.id = std::move(id),
                         .webhook = webhook.id,
                         .event = std::string(name),
                         .body = std::move(body),
                         .created_at_ms = now_ms,
                         .next_at_ms = now_ms},
                        [this](const Result<void>& added) {
                          if (!added) ++not_written_;
                          pump();
                        });
  }
}

void Webhooks::pump() {
  pump_.set(monotonic_now() + kPumpEvery, [this] { pump(); });
  if (list_.empty() || is_asking_ || under_way_ >= kUnderWayMax) return;
  is_asking_ = true;
  std::vector<std::string> busy;
  for (const auto& [webhook, count] : under_way_of_) busy.push_back(webhook);
  const std::int64_t now_ms = wall_unix_ms();
  store_.take_deliveries(now_ms, now_ms + kLeaseMs, kUnderWayMax - under_way_, busy,
                         [this](Result<std::vector<store::DeliveryRecord>> taken) {
                           is_asking_ = false;
                           if (!taken) return;
                           for (store::DeliveryRecord& each : *taken) deliver(std::move(each));
                         });
}

void Webhooks::deliver(store::DeliveryRecord delivery) {
  ++under_way_;
  ++under_way_of_[delivery.webhook];
  const auto it = std::ranges::find(list_, delivery.webhook, &Webhook::id);
  if (it == list_.end()) {
    return settle(std::move(delivery),
                  fail(ErrorCode::kUnavailable, "the webhook is not known here"));
  }
  http::resolve(loop_, it->target.origin.host,
                [this, webhook = *it,
                 delivery = std::move(delivery)](const Result<IpAddress>& address) mutable {
                  if (!address) {
                    return settle(std::move(delivery), std::unexpected(address.error()));
                  }
                  if (!allow_private_ && !is_public(*address)) {
                    ++refused_addresses_;
                    return settle(std::move(delivery),
                                  fail(ErrorCode::kForbidden,
                                       "its name leads to an address that is not public"));
                  }
                  send(std::move(delivery), webhook, *address);
                });
}

void Webhooks::send(store::DeliveryRecord delivery, const Webhook& webhook,
                    const IpAddress& address) {
  const std::int64_t now_s = wall_unix_ms() / 1000;
  const auto signed_by = signature(webhook.secret, delivery.id, now_s, delivery.body);
  if (!signed_by) {
    return settle(std::move(delivery), fail(ErrorCode::kInternal, "the secret is none"));
  }
  http::ClientTarget target{.origin = webhook.target.origin,
                            .address = address,
                            .timeout = kAnswerTimeout,
                            .headers = {{"webhook-id", delivery.id},
                                        {"webhook-timestamp", std::to_string(now_s)},
                                        {"webhook-signature", *signed_by},
                                        {"User-Agent", "confab"}}};
  std::string body = delivery.body;
  http::fetch(loop_, target, http::Method::kPost, webhook.target.path, std::move(body),
              [this, delivery = std::move(delivery)](Result<http::Response> response) mutable {
                if (!response) {
                  return settle(std::move(delivery), std::unexpected(response.error()));
                }
                settle(std::move(delivery), response->status);
              });
}

void Webhooks::settle(store::DeliveryRecord delivery, const Result<unsigned>& answered) {
  --under_way_;
  const auto same = under_way_of_.find(delivery.webhook);
  if (--same->second == 0) under_way_of_.erase(same);
  delivery.status = answered ? *answered : 0;
  const bool is_delivered = answered && is_taken(*answered);
  const bool is_last = delivery.attempts >= kAttemptsMax;
  if (is_delivered) {
    ++delivered_;
    delivery.state = store::DeliveryState::kDelivered;
    delivery.error.clear();
  } else {
    ++attempts_failed_;
    if (is_last) ++given_up_;
    delivery.state = is_last ? store::DeliveryState::kFailed : store::DeliveryState::kWaiting;
    delivery.next_at_ms = wall_unix_ms() + wait_after_ms(delivery.attempts, random_);
    delivery.error = answered ? "it answered " + std::to_string(*answered)
                              : answered.error().message.substr(0, kErrorBytesMax);
  }
  if (!is_delivered && is_last) {
    log_.write(LogLevel::kWarn, "webhook_given_up",
               {{"webhook", delivery.webhook}, {"delivery", delivery.id}});
  }
  store_.settle_delivery(std::move(delivery), [this](const Result<void>&) { pump(); });
}

void Webhooks::expose(metrics::Exposition& out) const {
  out.gauge("webhooks", "Webhooks that this process knows.", {}, static_cast<double>(list_.size()));
  out.gauge("webhook_deliveries_under_way", "Deliveries that wait for an answer.", {},
            static_cast<double>(under_way_));
  out.counter("webhook_deliveries", "Deliveries that were to be made.", {}, told_);
  out.counter("webhook_deliveries_not_written",
              "Of those, the ones that the database did not take, and that nobody will hear of.",
              {}, not_written_);
  out.counter("webhook_deliveries_taken", "Deliveries that were answered 2xx.", {}, delivered_);
  out.counter("webhook_attempts_failed", "Attempts that were not.", {}, attempts_failed_);
  out.counter("webhook_deliveries_given_up", "Deliveries that were tried for the last time.", {},
              given_up_);
  out.counter("webhook_addresses_refused",
              "Attempts not made: the name led to an address that is not public.", {},
              refused_addresses_);
}

}  // namespace confab::webhooks
