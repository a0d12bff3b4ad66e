// Cross-origin resource sharing (fetch.spec.whatwg.org): which other sites may read our answers;
// and, since browsers hold neither WebSockets nor simple posts to it, who may use us at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.h"

namespace confab::http {

class Cors {
 public:
  // "*" allows any origin; nothing allows none but our own.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  // False for a page of another site that is not among the origins. Programs send no Origin.
  bool admits(const Request& request) const;
  static bool is_preflight(const Request& request);
  // 204; with the permissions only where the origin has them. allow() is left to whoever sends it,
  // as for every response.
  Response preflight(const Request& request) const;
  // Adds what lets the origin read the response.
  void allow(std::string_view origin, Headers& headers) const;

 private:
  bool is_any() const;
  bool is_allowed(std::string_view origin) const;

  std::vector<std::string> origins_;
};

}  // namespace confab::http
