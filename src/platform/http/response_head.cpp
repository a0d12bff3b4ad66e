#include "platform/http/response_head.h"

#include <array>
#include <charconv>

#include "base/check.h"
#include "platform/http/date.h"

namespace confab::http {
namespace {

// RFC 9110 §8.6: neither has a Content-Length.
bool has_no_content(unsigned status) {
  return status == 204 || status == 304 || status < 200;
}

void append(std::string& out, std::string_view name, std::string_view value) {
  // A line break in a value would be a header of an attacker's choice.
  CHECK(value.find_first_of("\r\n") == std::string_view::npos);
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view response_body(const Response& response) {
  return response.shared_body ? std::string_view(*response.shared_body)
                              : std::string_view(response.body);
}

std::string response_head(const Response& response, bool keep_alive, std::int64_t unix_ms,
                          StreamFraming framing) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(status_text(response.status)).append("\r\n");
  append(out, "Date", http_date(unix_ms));
  append(out, "Connection", keep_alive ? "keep-alive" : "close");
  append(out, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) append(out, name, value);
  if (response.is_stream) {
    if (framing == StreamFraming::kChunked) append(out, "Transfer-Encoding", "chunked");
  } else if (!has_no_content(response.status)) {
    append(
        out, "Content-Length",
        std::to_string(response.source ? response.source_bytes : response_body(response).size()));
  }
  return out.append("\r\n");
}

std::string framed(std::string piece, StreamFraming framing) {
  if (framing == StreamFraming::kUntilClose) return piece;
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16).ptr;
  return std::string(size.data(), end).append("\r\n").append(piece).append("\r\n");
}

std::string switching_head(const Response& response) {
  std::string out = "HTTP/1.1 101 Switching Protocols\r\n";
  for (const auto& [name, value] : response.headers) append(out, name, value);
  return out.append("\r\n");
}

}  // namespace confab::http
