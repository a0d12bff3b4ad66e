// Which handler a path belongs to.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/route_counts.h"
#include "platform/http/server.h"

namespace confab::http {

struct Route {
  std::map<Method, Handler> handlers;
  Handler any_method;
  UpgradeCheck upgrade_check;
  UpgradeHandler upgrade;
  Handler tunnel;
  // Shared with requests under way, which may outlive the server.
  std::shared_ptr<RouteCounts> counts = std::make_shared<RouteCounts>();
};

using PathParams = std::map<std::string, std::string, std::less<>>;

class Router {
 public:
  // Makes or finds the route of a pattern: "/a/:b/c" or "/a/*" (the folder and all under it).
  Route& at(std::string_view pattern);
  // The most exact match: with more literal segments, then more named ones; nullptr for none.
  const Route* find(std::string_view path, PathParams& params) const;
  // "POST /api/rooms", "* /socket.io/*": what there is, for whoever wants to know.
  std::vector<std::string> list() const;

  // Each pattern with its route, in the order of the patterns.
  void for_each(auto&& tell) const {
    for (const auto& [pattern, entry] : entries_) tell(std::string_view(pattern), entry.route);
  }

 private:
  struct Entry {
    std::vector<std::string> segments;
    bool has_rest = false;
    Route route;
  };

  static bool matches(const Entry& entry, const std::vector<std::string>& path);

  std::map<std::string, Entry, std::less<>> entries_;
};

// Of a route: what handles this method (HEAD by GET's), or nullptr.
const Handler* handler_for(const Route& route, Method method);
// "GET, HEAD, POST": for the 405 answer.
std::string allowed_methods(const Route& route);

}  // namespace confab::http
