// HTTP requests and responses as values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/net.h"

namespace confab::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

using Headers = std::vector<std::pair<std::string, std::string>>;

bool equals_ignoring_case(std::string_view a, std::string_view b);

// Case-insensitive; the first one of that name, or empty.
std::string_view find_header(const Headers& headers, std::string_view name);

struct Request {
  Method method = Method::kGet;
  std::string target;  // as it came
  std::string path;    // percent-decoded, without the query
  std::string query;   // raw, without '?'
  Headers headers;
  std::string body;
  Endpoint remote;  // the client, behind a trusted proxy too
  // As the client asked for it: Host, or what a trusted proxy had there (X-Forwarded-Host).
  std::string host;
  bool is_tls = false;
  bool is_by_proxy = false;  // a trusted one: what it says beside the address is true as well
  // What the ":name" parts of the route's pattern matched.
  std::map<std::string, std::string, std::less<>> params;

  std::string_view header(std::string_view name) const { return find_header(headers, name); }
  // Decoded ('+' is a space); nothing when absent.
  std::optional<std::string> query_value(std::string_view name) const;
};

class BodySource;
class ByteStream;

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
  // A body that many responses share (static files); used when set, instead of `body`.
  std::shared_ptr<const std::string> shared_body{};
  // A body of so many bytes that comes while it is sent; used when set, instead of both. Shared
  // because a Response is a value; one connection reads it.
  std::shared_ptr<BodySource> source{};
  std::uint64_t source_bytes = 0;
  // Nobody knows how many: the body is over when the source says so.
  bool is_stream = false;
  // With status 101, where a route's tunnel was asked: who has the connection when the head and
  // `body`, the first bytes behind it, are sent.
  std::function<void(std::shared_ptr<ByteStream> client)> switched{};

  static Response json(unsigned status, std::string body);
  static Response text(unsigned status, std::string body);
  // A problem of RFC 9457 with the status of base/error.h. Beside type, title, status and detail it
  // has our `code`, and `error` {"code","message"} as an acknowledgement of Socket.IO has it.
  // Nobody keeps it; a 401 names the scheme, a 429 when to ask again (in a second).
  static Response error(const Error& error);
  // The same where HTTP has a status of its own for it (405, 412, 502).
  static Response error(const Error& error, unsigned status);
  // Of a request that was not understood, where the status says everything.
  static Response refusal(unsigned status);

  // In the place of what it has of that name.
  void set_header(std::string_view name, std::string value);
};

std::string_view status_text(unsigned status);

// Percent-decoding; nothing for a broken escape, a zero byte or bytes that are not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace confab::http
