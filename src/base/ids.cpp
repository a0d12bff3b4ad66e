#include "base/ids.h"

#include <array>

namespace confab::internal {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kLength = 26;

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();

}  // namespace

std::string encode_id(std::string_view prefix, std::uint64_t hi, std::uint64_t lo) {
  std::string out;
  out.reserve(prefix.size() + 1 + kLength);
  out.append(prefix);
  out.push_back('_');
  // 26 digits of 5 bits are 130: the first digit holds the top 3 bits of the 128.
  for (std::size_t i = 0; i < kLength; ++i) {
    const unsigned shift = static_cast<unsigned>(5 * (kLength - 1 - i));
    std::uint64_t v = 0;
    if (shift >= 64) {
      v = hi >> (shift - 64);
    } else {
      v = lo >> shift;
      if (shift > 59) v |= hi << (64 - shift);
    }
    out.push_back(kDigits[v & 31u]);
  }
  return out;
}

bool decode_id(std::string_view text, std::string_view prefix, std::uint64_t& hi,
               std::uint64_t& lo) {
  if (text.size() != prefix.size() + 1 + kLength || !text.starts_with(prefix) ||
      text[prefix.size()] != '_') {
    return false;
  }
  std::uint64_t h = 0;
  std::uint64_t l = 0;
  const std::string_view digits = text.substr(prefix.size() + 1);
  if (kValues[static_cast<unsigned char>(digits[0])] > 7) return false;
  for (const char c : digits) {
    const int v = kValues[static_cast<unsigned char>(c)];
    if (v < 0) return false;
    h = (h << 5) | (l >> 59);
    l = (l << 5) | static_cast<std::uint64_t>(v);
  }
  hi = h;
  lo = l;
  return true;
}

}  // namespace confab::internal
