#include "platform/http/request_builder.h"

#include <utility>

#include "platform/http/forwarded.h"

namespace confab::http {
namespace {

namespace beast_http = boost::beast::http;

Method to_method(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
      return Method::kGet;
    case beast_http::verb::head:
      return Method::kHead;
    case beast_http::verb::post:
      return Method::kPost;
    case beast_http::verb::put:
      return Method::kPut;
    case beast_http::verb::patch:
      return Method::kPatch;
    case beast_http::verb::delete_:
      return Method::kDelete;
    case beast_http::verb::options:
      return Method::kOptions;
    default:
      return Method::kOther;
  }
}

// RFC 9112 §3.2: the path itself, or after scheme and authority ("*" and host:port have no path).
std::optional<std::string_view> path_and_query(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::size_t path = target.find('/', scheme + 3);
  if (path == std::string_view::npos) return std::nullopt;
  return target.substr(path);
}

}  // namespace

std::optional<Request> build_request(BeastRequest& from, Endpoint remote,
                                     std::span<const IpPrefix> trusted_proxies, bool is_tls) {
  Request request;
  request.method = to_method(from.method());
  request.target = std::string(from.target());
  const auto target = path_and_query(request.target);
  if (!target) return std::nullopt;
  const std::size_t mark = target->find('?');
  auto path = percent_decode(target->substr(0, mark), false);
  if (!path) return std::nullopt;
  request.path = std::move(*path);
  if (mark != std::string_view::npos) request.query = target->substr(mark + 1);
  for (const auto& field : from) {
    request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(from.body());
  request.remote = client_of(remote, request.headers, trusted_proxies);
  request.host = host_of(remote.address, request.headers, trusted_proxies);
  request.is_tls = is_tls;
  request.is_by_proxy = is_trusted(remote.address, trusted_proxies);
  return request;
}

}  // namespace confab::http
