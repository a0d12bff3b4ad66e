// Whom Prometheus shall ask, for its http_sd_configs: every process in the directory that says
// where its /metrics is. Loop thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/discovery/discovery.h"
#include "platform/http/server.h"

namespace confab::gateway {

// The key of an instance's meta: "10.0.0.12:6000".
inline constexpr std::string_view kMetricsAt = "metrics";

class ScrapeTargets {
 public:
  // GET /sd/prometheus, on the admin listener: who is where is nobody else's business.
  void serve(http::HttpServer& server);
  // All that is known of a service. One that fails a check is asked all the same: that it does not
  // answer is what shall be seen.
  void set(std::string_view service, const std::vector<discovery::Instance>& instances);

  // [{"targets": ["10.0.0.12:6000"], "labels": {"service": "media", "process": "media-3"}}]
  std::string json() const;

 private:
  std::map<std::string, std::vector<discovery::Instance>, std::less<>> known_;
};

}  // namespace confab::gateway
