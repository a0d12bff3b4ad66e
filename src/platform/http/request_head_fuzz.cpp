// The head of a request from anyone: where it ends does not depend on how it arrives, and one that
// is taken stays taken with any body behind it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "platform/http/request_head.h"

namespace http = confab::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::size_t whole = 0;
  const http::HeadState state = http::find_head_end(text, whole);
  std::size_t piecewise = 0;
  http::HeadState last = http::HeadState::kIncomplete;
  for (std::size_t end = 0; end <= size && last == http::HeadState::kIncomplete; ++end) {
    last = http::find_head_end(text.substr(0, end), piecewise);
  }
  CHECK(last == state);
  if (state != http::HeadState::kComplete) return 0;
  CHECK(piecewise == whole);
  CHECK(http::refusal_of_head(text.substr(0, whole)) == http::refusal_of_head(text));
  return 0;
}
