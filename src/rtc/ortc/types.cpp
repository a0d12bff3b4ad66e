#include "rtc/ortc/types.h"

namespace confab::ortc {

const ParameterValue* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const Parameter& p : parameters) {
    if (p.name == name) return &p.value;
  }
  return nullptr;
}

std::optional<std::int64_t> integer_parameter(const Parameters& parameters, std::string_view name) {
  const ParameterValue* value = find_parameter(parameters, name);
  if (value == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(value);
  return number != nullptr ? std::optional(*number) : std::nullopt;
}

}  // namespace confab::ortc
