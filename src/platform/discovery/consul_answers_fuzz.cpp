// Consul's answers, whoever gave them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"
#include "platform/discovery/consul/answers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace confab::discovery;
  const std::string_view text = confab::as_chars({data, size});
  if (const auto instances = consul::read_instances("s", text)) {
    for (const Instance& instance : *instances) {
      CHECK(instance.port != 0);
      // What was read can be said again.
      CHECK(!consul::registration_json({.self = instance}).empty());
    }
  }
  if (const auto values = consul::read_values("a/", text)) {
    for (const auto& [key, value] : *values) CHECK(confab::is_utf8(value));
  }
  return 0;
}
