#include "service/gateway/scrape_targets.h"

#include <boost/json.hpp>
#include <utility>

#include "platform/json/json.h"

namespace confab::gateway {
namespace {

// The words of the targets' files in deploy/, so that one set of rules and dashboards fits both.
std::string_view word_of(std::string_view service) {
  if (service == "api-gateway") return "gateway";
  if (service == "signaling-service") return "signaling";
  if (service == "media-service") return "media";
  if (service == "ui") return "web";
  if (service == "log-server") return "logs";
  return service;
}

}  // namespace

void ScrapeTargets::serve(http::HttpServer& server) {
  server.route(http::Method::kGet, "/sd/prometheus",
               [this](const http::Request&, http::Responder responder) {
                 http::Response response = http::Response::json(200, json());
                 response.headers.emplace_back("Cache-Control", "no-store");
                 responder.send(std::move(response));
               });
}

void ScrapeTargets::set(std::string_view service,
                        const std::vector<discovery::Instance>& instances) {
  known_.insert_or_assign(std::string(service), instances);
}

std::string ScrapeTargets::json() const {
  boost::json::array all;
  for (const auto& [service, instances] : known_) {
    for (const discovery::Instance& instance : instances) {
      const auto place = instance.meta.find(kMetricsAt);
      if (place == instance.meta.end()) continue;
      boost::json::object labels;
      labels["service"] = word_of(service);
      // Not "node": that is a label of our own, and Prometheus would rename ours.
      labels["process"] = std::string(word_of(service)) + "-" + std::to_string(instance.node);
      all.push_back(boost::json::object{{"targets", boost::json::array{place->second}},
                                        {"labels", std::move(labels)}});
    }
  }
  return json::serialize(all);
}

}  // namespace confab::gateway
