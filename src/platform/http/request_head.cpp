#include "platform/http/request_head.h"

#include <algorithm>
#include <ranges>

#include "platform/http/message.h"

namespace confab::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr unsigned kBadRequest = 400;
constexpr unsigned kNotImplemented = 501;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

// RFC 9110 §5.5: no control characters but tab.
bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// RFC 3986 §3.2.2: what a host and port may be made of; not a list, a path or a user.
bool is_host(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("-._~%!$&'()*+;=:[]").contains(c);
  });
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find(kLineEnd);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + kLineEnd.size());
  return line;
}

// What says how long the body is.
struct Framing {
  bool is_http10 = false;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  bool has_transfer_encoding = false;
  bool has_unknown_coding = false;
  bool is_chunked_last = false;
  bool is_chunked_twice = false;
};

void note_codings(std::string_view value, Framing& framing) {
  framing.has_transfer_encoding = true;
  for (const auto part : std::views::split(value, ',')) {
    const std::string_view coding = trim(std::string_view(part.begin(), part.end()));
    if (coding.empty()) continue;
    const bool is_chunked = equals_ignoring_case(coding, "chunked");
    framing.is_chunked_twice |= is_chunked && framing.is_chunked_last;
    framing.has_unknown_coding |= !is_chunked;
    framing.is_chunked_last = is_chunked;
  }
}

// False: the line is none.
bool note_field(std::string_view line, Framing& framing) {
  // A line that goes on from the one before (RFC 9112 §5.2) begins with a blank, which no name has;
  // nor may one stand before the colon (§5.1).
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return false;
  if (equals_ignoring_case(name, "Host")) {
    ++framing.hosts;
    return is_host(value);
  }
  if (equals_ignoring_case(name, "Transfer-Encoding")) note_codings(value, framing);
  if (equals_ignoring_case(name, "Content-Length")) {
    ++framing.lengths;
    // 19 digits fit into 64 bits.
    return !value.empty() && value.size() <= 19 &&
           std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
  }
  return true;
}

std::optional<unsigned> judge(const Framing& framing) {
  // §3.2: exactly one Host; HTTP/1.0 did not have it yet.
  if (framing.hosts != 1 && !(framing.hosts == 0 && framing.is_http10)) return kBadRequest;
  if (framing.lengths > 1) return kBadRequest;  // §6.3, also where they agree
  if (!framing.has_transfer_encoding) return std::nullopt;
  // §6.1: a sender that means one of these means the other as well, or an intermediary is fooled.
  if (framing.is_http10 || framing.lengths != 0) return kBadRequest;
  // §6.3: without chunked at the end nobody knows where the body ends.
  if (!framing.is_chunked_last || framing.is_chunked_twice) return kBadRequest;
  if (framing.has_unknown_coding) return kNotImplemented;  // §6.1
  return std::nullopt;
}

}  // namespace

HeadState find_head_end(std::string_view bytes, std::size_t& seen) {
  for (;;) {
    const std::size_t feed = bytes.find('\n', seen);
    if (feed == std::string_view::npos) return HeadState::kIncomplete;
    if (feed == 0 || bytes[feed - 1] != '\r') return HeadState::kBroken;
    const bool is_empty_line = feed == 1 || (feed >= 3 && bytes[feed - 2] == '\n');
    seen = feed + 1;
    if (is_empty_line) return HeadState::kComplete;
  }
}

std::optional<unsigned> refusal_of_head(std::string_view head) {
  Framing framing;
  const std::string_view request_line = take_line(head);
  if (request_line.empty() || !is_field_value(request_line)) return kBadRequest;
  framing.is_http10 = request_line.ends_with(" HTTP/1.0");
  for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
    if (!note_field(line, framing)) return kBadRequest;
  }
  return judge(framing);
}

}  // namespace confab::http
