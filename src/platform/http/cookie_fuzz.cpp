// Cookie headers, as anybody may send them.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "platform/http/page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  confab::http::Request request;
  request.headers.emplace_back("Cookie", std::string(reinterpret_cast<const char*>(data), size));
  const std::string_view value = confab::http::cookie_of(request, "id");
  CHECK(value.find(';') == std::string_view::npos);
  return 0;
}
