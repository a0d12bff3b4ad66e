#include "platform/http/message.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace confab::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    // Messages are our own sentences; what they quote was printable.
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  }
  return out;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view find_header(const Headers& headers, std::string_view name) {
  const auto at = std::ranges::find_if(
      headers, [name](const auto& header) { return equals_ignoring_case(header.first, name); });
  return at == headers.end() ? std::string_view{} : std::string_view(at->second);
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out.push_back(' ');
    } else if (text[i] == '%') {
      unsigned value = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (digits.size() < 2 || error != std::errc{} || end != digits.data() + 2) {
        return std::nullopt;
      }
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  if (out.find('\0') != std::string::npos || !is_utf8(out)) return std::nullopt;
  return out;
}

std::optional<std::string> Request::query_value(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (percent_decode(pair.substr(0, equals), true) != name) continue;
    return percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
  }
  return std::nullopt;
}

Response Response::json(unsigned status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body), nullptr};
}

Response Response::text(unsigned status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body), nullptr};
}

Response Response::error(const Error& error) {
  return Response::error(error, static_cast<unsigned>(error_http_status(error.code)));
}

// RFC 9457 §4.2.1: a type of about:blank has the phrase of its status as title.
Response Response::error(const Error& error, unsigned status) {
  const std::string code(error_code_name(error.code));
  const std::string detail = json_text(error.message);
  Response response{status,
                    {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
                    R"({"type":"about:blank","title":")" + std::string(status_text(status)) +
                        R"(","status":)" + std::to_string(status) + R"(,"detail":")" + detail +
                        R"(","code":")" + code + R"(","error":{"code":")" + code +
                        R"(","message":")" + detail + R"("}})",
                    nullptr};
  // RFC 9110 §11.6.1. Not "Basic", at which browsers would ask people for a password.
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Response Response::refusal(unsigned status) {
  const auto of = [status](ErrorCode code, const char* why) {
    return Response::error({code, why}, status);
  };
  switch (status) {
    case 404:
      return of(ErrorCode::kNotFound, "there is nothing here");
    case 413:
      return of(ErrorCode::kTooLarge, "the body is over its limit");
    case 431:
      return of(ErrorCode::kTooLarge, "the headers are over their limit");
    case 501:
      return of(ErrorCode::kUnsupported, "no such transfer coding is known here");
    case 503:
      return of(ErrorCode::kFull, "too much is on its way from this address; try again");
    default:
      return of(ErrorCode::kInvalidArgument, "this is not a request of HTTP/1.1");
  }
}

void Response::set_header(std::string_view name, std::string value) {
  std::erase_if(headers,
                [name](const auto& each) { return equals_ignoring_case(each.first, name); });
  headers.emplace_back(name, std::move(value));
}

std::string_view status_text(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

}  // namespace confab::http
