#include "platform/http/cors.h"

#include <algorithm>

#include "platform/http/host.h"

namespace confab::http {

bool Cors::is_any() const {
  return std::ranges::find(origins_, "*") != origins_.end();
}

bool Cors::is_allowed(std::string_view origin) const {
  return !origin.empty() && (is_any() || std::ranges::find(origins_, origin) != origins_.end());
}

bool Cors::admits(const Request& request) const {
  const std::string_view origin = request.header("Origin");
  return origin.empty() || is_allowed(origin) || is_same_site(origin, request.host);
}

bool Cors::is_preflight(const Request& request) {
  return request.method == Method::kOptions && !request.header("Origin").empty() &&
         !request.header("Access-Control-Request-Method").empty();
}

Response Cors::preflight(const Request& request) const {
  Response response{204, {}, {}, nullptr};
  if (!is_allowed(request.header("Origin"))) return response;
  response.headers.emplace_back("Access-Control-Allow-Methods",
                                "GET, HEAD, POST, PUT, PATCH, DELETE");
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Content-Type, Authorization, If-Match, If-None-Match, "
                                "Idempotency-Key, traceparent");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

void Cors::allow(std::string_view origin, Headers& headers) const {
  if (origins_.empty()) return;
  // What a page of theirs could not read else.
  constexpr const char* kExposed =
      "ETag, Idempotency-Replayed, Location, Retry-After, X-Request-Id";
  if (is_any()) {
    headers.emplace_back("Access-Control-Allow-Origin", "*");
    headers.emplace_back("Access-Control-Expose-Headers", kExposed);
    return;
  }
  // Caches must not give one origin's answer to another, also when it was a refusal.
  headers.emplace_back("Vary", "Origin");
  if (is_allowed(origin)) {
    headers.emplace_back("Access-Control-Allow-Origin", std::string(origin));
    headers.emplace_back("Access-Control-Expose-Headers", kExposed);
  }
}

}  // namespace confab::http
