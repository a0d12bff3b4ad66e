#include "platform/discovery/discovery.h"

#include <charconv>

namespace confab::discovery {

std::optional<std::uint16_t> parse_u16(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole ? std::optional(number) : std::nullopt;
}

std::optional<std::uint16_t> Instance::port_of(std::string_view door) const {
  const auto at = meta.find(std::string(door) + "_port");
  return at == meta.end() ? std::nullopt : parse_u16(at->second);
}

std::string instance_id(const Instance& instance) {
  return instance.service + "-" + std::to_string(instance.node) + "-" +
         std::to_string(instance.port);
}

}  // namespace confab::discovery
