#include "service/access/answers.h"

#include <boost/json.hpp>

#include "platform/json/json.h"

namespace confab::access {

http::Response answer(unsigned status, const boost::json::value& body) {
  http::Response response = http::Response::json(status, json::serialize(body));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Response refusal(const Error& error) {
  http::Response response = http::Response::error(error);
  // As the slower of the rates fills up: of wrong keys (Access), and of tokens (KeyRates).
  if (error.code == ErrorCode::kRateLimited) response.set_header("Retry-After", "2");
  return response;
}

}  // namespace confab::access
