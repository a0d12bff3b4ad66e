#include "platform/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>
#include <vector>

namespace confab::metrics {

struct Exposition::Families {
  prometheus::ClientMetric& add(std::string name, std::string_view help,
                                prometheus::MetricType type, Labels labels) {
    const auto [it, is_new] = index.try_emplace(std::move(name), list.size());
    if (is_new) {
      prometheus::MetricFamily& family = list.emplace_back();
      family.name = it->first;
      family.help = help;
      family.type = type;
    }
    prometheus::ClientMetric& metric = list[it->second].metric.emplace_back();
    for (const auto& [key, value] : labels) {
      metric.label.push_back({std::string(key), std::string(value)});
    }
    return metric;
  }

  std::vector<prometheus::MetricFamily> list;
  std::map<std::string, std::size_t> index;
};

Exposition::Exposition() : families_(std::make_unique<Families>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(std::string_view name, std::string_view help, Labels labels,
                         std::uint64_t value) {
  std::string full = "confab_" + std::string(name) + "_total";
  families_->add(std::move(full), help, prometheus::MetricType::Counter, labels).counter.value =
      static_cast<double>(value);
}

void Exposition::gauge(std::string_view name, std::string_view help, Labels labels, double value) {
  std::string full = "confab_" + std::string(name);
  families_->add(std::move(full), help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::seconds(std::string_view name, std::string_view help, Labels labels,
                         double value) {
  std::string full = "confab_" + std::string(name) + "_seconds_total";
  families_->add(std::move(full), help, prometheus::MetricType::Counter, labels).counter.value =
      value;
}

void Exposition::histogram(std::string_view name, std::string_view help, Labels labels,
                           std::span<const double> bounds, std::span<const std::uint64_t> counts,
                           double sum) {
  prometheus::ClientMetric::Histogram& out =
      families_->add("confab_" + std::string(name), help, prometheus::MetricType::Histogram, labels)
          .histogram;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    out.bucket.push_back({below, bound});
  }
  out.sample_count = below;
  out.sample_sum = sum;
}

std::string Exposition::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_->list);
  return std::move(out).str();
}

}  // namespace confab::metrics
