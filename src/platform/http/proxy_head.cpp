#include "platform/http/proxy_head.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ranges>
#include <span>
#include <vector>

#include "base/trace_context.h"
#include "platform/http/page.h"

namespace confab::http {
namespace {

// RFC 9110 §7.6.1, and what older ones send.
constexpr auto kOfOneConnection = std::to_array<std::string_view>(
    {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
     "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"});
// Said by us, whatever came. Expect was answered by us.
constexpr auto kOfOurs = std::to_array<std::string_view>(
    {"Host", "Content-Length", "Expect", "Forwarded", "X-Real-IP", "X-Request-Id", "traceparent"});
constexpr auto kOfOurAnswer =
    std::to_array<std::string_view>({"Date", "Server", "Content-Length", "X-Content-Type-Options",
                                     "X-Request-Id", "Strict-Transport-Security"});

bool starts_ignoring_case(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         equals_ignoring_case(text.substr(0, beginning.size()), beginning);
}

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(names,
                             [&](std::string_view n) { return equals_ignoring_case(n, name); });
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// The names that a Connection field adds to those of one connection.
std::vector<std::string_view> nominated(const Headers& headers) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : headers) {
    if (!equals_ignoring_case(name, "Connection")) continue;
    for (const auto part : std::views::split(value, ',')) {
      names.push_back(trim(std::string_view(part.begin(), part.end())));
    }
  }
  return names;
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
    case Method::kOther:
      return "OPTIONS";
  }
  return "OPTIONS";
}

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = kDigits[(value >> (4 * i)) & 15];
  return out;
}

void append(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

// Those whose requests have a body even where it is empty (RFC 9110 §8.6).
bool has_length(const Request& request) {
  return !request.body.empty() || request.method == Method::kPost ||
         request.method == Method::kPut || request.method == Method::kPatch;
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

RequestStamp stamp_request(const Request& request, Random& random) {
  RequestStamp stamp;
  const std::string_view id = request.header("X-Request-Id");
  const bool is_believed = request.is_by_proxy && is_request_id(id);
  stamp.request_id = is_believed ? std::string(id) : hex(random.u64()) + hex(random.u64());
  const auto trace = TraceContext::parse(request.header("traceparent"));
  stamp.traceparent = (trace ? *trace : TraceContext::begin(random)).to_string();
  return stamp;
}

std::string_view origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t scheme = target.find("://");
  const std::size_t path = scheme == std::string_view::npos ? scheme : target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

std::string proxied_head(const Request& request, const RequestStamp& stamp, bool is_upgrade) {
  std::string out;
  out.reserve(1024);
  out.append(method_name(request.method)).append(" ").append(origin_form(request.target));
  out.append(" HTTP/1.1\r\n");
  const std::vector<std::string_view> dropped = nominated(request.headers);
  for (const auto& [name, value] : request.headers) {
    if (is_among(name, kOfOneConnection) || is_among(name, kOfOurs) || is_among(name, dropped) ||
        starts_ignoring_case(name, "X-Forwarded-")) {
      continue;
    }
    append(out, name, value);
  }
  append(out, "Host", request.host);
  append(out, "X-Forwarded-For", request.remote.address.to_string());
  append(out, "X-Forwarded-Host", request.host);
  append(out, "X-Forwarded-Proto", scheme_of(request));
  append(out, "X-Request-Id", stamp.request_id);
  append(out, "traceparent", stamp.traceparent);
  if (is_upgrade) {
    append(out, "Connection", "Upgrade");
    append(out, "Upgrade", "websocket");
  } else if (has_length(request)) {
    append(out, "Content-Length", std::to_string(request.body.size()));
  }
  return out.append("\r\n");
}

Headers proxied_answer(const Headers& headers, const RequestStamp& stamp) {
  Headers out;
  const std::vector<std::string_view> dropped = nominated(headers);
  for (const auto& [name, value] : headers) {
    if (is_among(name, kOfOneConnection) || is_among(name, kOfOurAnswer) ||
        is_among(name, dropped) || starts_ignoring_case(name, "Access-Control-") ||
        value.find_first_of("\r\n") != std::string::npos) {
      continue;
    }
    out.emplace_back(name, value);
  }
  out.emplace_back("X-Request-Id", stamp.request_id);
  return out;
}

}  // namespace confab::http
