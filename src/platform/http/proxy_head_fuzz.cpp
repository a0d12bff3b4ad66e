// Whatever a client says in its fields, the server behind us is told its address once and finds one
// request in what we send.
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/trace_context.h"
#include "platform/http/proxy_head.h"
#include "platform/http/request_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::http;
  // Lines as the server takes them in: those that request_head lets pass.
  std::string head(confab::as_chars({data, size}));
  head = "GET /socket.io/ HTTP/1.1\r\n" + head + "\r\n\r\n";
  std::size_t seen = 0;
  if (find_head_end(head, seen) != HeadState::kComplete || seen != head.size()) return 0;
  if (refusal_of_head(head)) return 0;
  Request request;
  request.target = "/socket.io/";
  for (const auto part : std::views::split(std::string_view(head), std::string_view("\r\n"))) {
    const std::string_view line(part.begin(), part.end());
    const std::size_t colon = line.find(':');
    if (colon == line.npos || line.starts_with("GET ")) continue;
    request.headers.emplace_back(line.substr(0, colon), line.substr(colon + 1));
  }
  request.host = request.header("Host");
  confab::SeededRandom random(1);
  const RequestStamp stamp = stamp_request(request, random);
  CHECK(is_request_id(stamp.request_id) && confab::TraceContext::parse(stamp.traceparent));
  const std::string out = proxied_head(request, stamp, true);
  seen = 0;
  CHECK(find_head_end(out, seen) == HeadState::kComplete && seen == out.size());
  CHECK(!refusal_of_head(out));
  constexpr std::string_view kClient = "\r\nX-Forwarded-For: ";
  CHECK(out.find(kClient) == out.rfind(kClient));
  return 0;
}
