// What of a request another server behind us is sent, and what of its answer the client: the fields
// that are about one connection only stay here (RFC 9110 §7.6.1), and who the client is is said by
// us alone. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/random.h"
#include "platform/http/message.h"

namespace confab::http {

// By what a request is found again in the logs of all it went through.
struct RequestStamp {
  std::string request_id;   // X-Request-Id: a trusted proxy's, else of ours
  std::string traceparent;  // W3C Trace Context: the one that came, else of ours
};
RequestStamp stamp_request(const Request& request, Random& random);

// 1 to 64 letters, digits, '-', '_' and '.'.
bool is_request_id(std::string_view text);

// The path and query of the target as it came; of "http://host/path" without the host.
std::string_view origin_form(std::string_view target);

// The whole head for the server behind us. `is_upgrade`: to a WebSocket. Methods we have no name
// for are the caller's to refuse.
std::string proxied_head(const Request& request, const RequestStamp& stamp, bool is_upgrade);

// Without what our own response_head() says, and without what only a server that faces the client
// may decide (HSTS, CORS).
Headers proxied_answer(const Headers& headers, const RequestStamp& stamp);

}  // namespace confab::http
