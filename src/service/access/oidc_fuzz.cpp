// What a provider answers, and what a browser brings back, as anybody may write it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "service/access/accounts/input.h"
#include "service/access/accounts/oidc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)confab::access::read_discovery(text, "https://id.example");
  (void)confab::access::read_token_answer(text);
  (void)confab::access::read_flow(text);
  const std::string path = confab::access::own_path(text);
  CHECK(path.starts_with('/') && !path.starts_with("//"));
  const auto email = confab::access::clean_email(text);
  if (email) CHECK(confab::access::clean_email(*email) == *email);
  return 0;
}
