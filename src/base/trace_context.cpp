#include "base/trace_context.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace confab {
namespace {

constexpr std::size_t kSize = 55;

std::optional<std::uint64_t> parse_hex(std::string_view digits) {
  const bool is_hex = std::ranges::all_of(
      digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!is_hex) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

std::string hex(std::uint64_t value, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(digits, '0');
  for (std::size_t i = 0; i < digits; ++i) out[digits - 1 - i] = kDigits[(value >> (4 * i)) & 15];
  return out;
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view text) {
  if (text.size() != kSize || !text.starts_with("00-") || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  const auto high = parse_hex(text.substr(3, 16));
  const auto low = parse_hex(text.substr(19, 16));
  const auto parent = parse_hex(text.substr(36, 16));
  const auto flags = parse_hex(text.substr(53));
  if (!high || !low || !parent || !flags || *parent == 0) return std::nullopt;
  const TraceContext out{*high, *low, *parent, static_cast<std::uint8_t>(*flags)};
  return out.is_set() ? std::optional(out) : std::nullopt;
}

// "| 1": an id of zeros is none.
TraceContext TraceContext::begin(Random& random) {
  const std::uint64_t high = random.u64();
  const std::uint64_t low = random.u64() | 1;
  return {high, low, random.u64() | 1, 0};
}

TraceContext TraceContext::sent_on(Random& random) const {
  TraceContext out = *this;
  out.parent = random.u64() | 1;
  return out;
}

std::string TraceContext::trace_id() const {
  return is_set() ? hex(trace_high, 16) + hex(trace_low, 16) : std::string();
}

std::string TraceContext::to_string() const {
  return is_set() ? "00-" + trace_id() + "-" + hex(parent, 16) + "-" + hex(flags, 2)
                  : std::string();
}

}  // namespace confab
