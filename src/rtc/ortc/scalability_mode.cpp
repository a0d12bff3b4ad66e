#include "rtc/ortc/scalability_mode.h"

#include <optional>

namespace confab::ortc {
namespace {

// Takes a number of one or two digits, 1-99, off the front of the text.
std::optional<std::uint8_t> take_count(std::string_view& text) {
  const auto is_digit = [&](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  if (!is_digit(0) || text[0] == '0') return std::nullopt;
  int value = text[0] - '0';
  if (is_digit(1)) value = value * 10 + (text[1] - '0');
  text.remove_prefix(value > 9 ? 2 : 1);
  return static_cast<std::uint8_t>(value);
}

}  // namespace

ScalabilityMode parse_scalability_mode(std::string_view text) {
  if (!text.starts_with('L') && !text.starts_with('S')) return {};
  text.remove_prefix(1);
  const std::optional<std::uint8_t> spatial = take_count(text);
  if (!spatial || !text.starts_with('T')) return {};
  text.remove_prefix(1);
  const std::optional<std::uint8_t> temporal = take_count(text);
  if (!temporal) return {};
  return {
      .spatial_layers = *spatial, .temporal_layers = *temporal, .k_svc = text.starts_with("_KEY")};
}

}  // namespace confab::ortc
