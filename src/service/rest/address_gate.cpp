#include "service/rest/address_gate.h"

namespace confab::rest {

std::optional<http::Response> AddressGate::check(const http::Request& request, Instant now) {
  const IpAddress& from = request.remote.address;
  if (!request.path.starts_with("/api/")) return std::nullopt;
  if (rates_.take(from, now) && (!shared_ || shared_(from, now))) return std::nullopt;
  http::Response response = http::Response::error(
      {ErrorCode::kRateLimited, "too many requests from this address; wait a moment"});
  response.set_header("Retry-After", "1");
  return response;
}

}  // namespace confab::rest
