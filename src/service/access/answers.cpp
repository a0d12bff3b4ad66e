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
  // RFC 9110 §11.6.1. Not "Basic", at which browsers would ask people for a password.
  if (error.code == ErrorCode::kUnauthenticated) {
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
  }
  return response;
}

}  // namespace confab::access
