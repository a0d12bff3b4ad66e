#include "platform/http/router.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace confab::http {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_named(std::string_view segment) {
  return segment.starts_with(':');
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
    case Method::kOther:
      return "";
  }
  return "";
}

}  // namespace

Route& Router::at(std::string_view pattern) {
  const auto known = entries_.find(pattern);
  if (known != entries_.end()) return known->second.route;
  CHECK(pattern.starts_with('/'));
  Entry entry;
  entry.segments = split(pattern);
  if (entry.segments.back() == "*") {
    entry.has_rest = true;
    entry.segments.pop_back();
  }
  return entries_.emplace(std::string(pattern), std::move(entry)).first->second.route;
}

bool Router::matches(const Entry& entry, const std::vector<std::string>& path) {
  const std::size_t count = entry.segments.size();
  if (entry.has_rest ? path.size() < count : path.size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& segment = entry.segments[i];
    if (is_named(segment) ? path[i].empty() : segment != path[i]) return false;
  }
  return true;
}

const Route* Router::find(std::string_view path, PathParams& params) const {
  const std::vector<std::string> segments = split(path);
  const Entry* best = nullptr;
  const auto rank = [](const Entry& entry) {
    const auto named = std::ranges::count_if(entry.segments, is_named);
    const auto literal = static_cast<std::ptrdiff_t>(entry.segments.size()) - named;
    return std::tuple(literal, named, !entry.has_rest);
  };
  for (const auto& [pattern, entry] : entries_) {
    if (matches(entry, segments) && (best == nullptr || rank(entry) > rank(*best))) best = &entry;
  }
  if (best == nullptr) return nullptr;
  for (std::size_t i = 0; i < best->segments.size(); ++i) {
    if (is_named(best->segments[i])) params[best->segments[i].substr(1)] = segments[i];
  }
  return &best->route;
}

std::vector<std::string> Router::list() const {
  std::vector<std::string> out;
  for (const auto& [pattern, entry] : entries_) {
    for (const auto& [method, handler] : entry.route.handlers) {
      out.push_back(std::string(method_name(method)) + ' ' + pattern);
    }
    if (entry.route.any_method) out.push_back("* " + pattern);
  }
  return out;
}

const Handler* handler_for(const Route& route, Method method) {
  auto at = route.handlers.find(method);
  if (at == route.handlers.end() && method == Method::kHead) at = route.handlers.find(Method::kGet);
  if (at != route.handlers.end()) return &at->second;
  return route.any_method ? &route.any_method : nullptr;
}

std::string allowed_methods(const Route& route) {
  std::string out;
  for (const auto& [method, handler] : route.handlers) {
    if (!out.empty()) out.append(", ");
    out.append(method_name(method));
    if (method == Method::kGet) out.append(", HEAD");
  }
  return out;
}

}  // namespace confab::http
